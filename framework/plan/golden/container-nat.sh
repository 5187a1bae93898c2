#!/bin/sh
# Run as root, or try it out without leaving a trace:
#   unshare -Urnm sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/netns && sh THIS_FILE'
set -eu
# node red exists
ip netns add red
ip netns exec red sysctl -eqp - <<'END'
# only nodes with `forwarding` route for others
net.ipv4.ip_forward = 0
# packets are not judged by the way back to their source
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.default.rp_filter = 0
# packets with our own source address are refused
net.ipv4.conf.all.accept_local = 0
net.ipv4.conf.default.accept_local = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_ignore = 0
net.ipv4.conf.default.arp_ignore = 0
# ARP asks with any own address
net.ipv4.conf.all.arp_announce = 0
net.ipv4.conf.default.arp_announce = 0
# routers tell of a better gateway
net.ipv4.conf.all.send_redirects = 1
net.ipv4.conf.default.send_redirects = 1
# the routes are those of the file, whatever routers say
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
# routers tell of a better gateway
net.ipv4.conf.all.shared_media = 1
# packets do not choose their own way
net.ipv4.conf.all.accept_source_route = 0
# packets with our own source address are refused
net.ipv4.conf.all.bootp_relay = 0
# packets are not judged by the way back to their source
net.ipv4.conf.all.src_valid_mark = 0
net.ipv4.conf.default.src_valid_mark = 0
# 127.0.0.0/8 does not leave its node
net.ipv4.conf.all.route_localnet = 0
net.ipv4.conf.default.route_localnet = 0
# ARP is answered for own addresses only
net.ipv4.conf.all.proxy_arp = 0
net.ipv4.conf.default.proxy_arp = 0
net.ipv4.conf.default.proxy_arp_pvlan = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_filter = 0
net.ipv4.conf.default.arp_filter = 0
# neighbours are learned by asking
net.ipv4.conf.all.arp_accept = 0
net.ipv4.conf.default.arp_accept = 0
net.ipv4.conf.all.drop_gratuitous_arp = 0
net.ipv4.conf.default.drop_gratuitous_arp = 0
# a packet to one address may come in a frame to many
net.ipv4.conf.all.drop_unicast_in_l2_multicast = 0
net.ipv4.conf.default.drop_unicast_in_l2_multicast = 0
# routes over a link without carrier are routes
net.ipv4.conf.all.ignore_routes_with_linkdown = 0
net.ipv4.conf.default.ignore_routes_with_linkdown = 0
# every probe gets its ICMP error, however many there are
net.ipv4.icmp_ratelimit = 0
net.ipv4.icmp_msgs_per_sec = 1000000
net.ipv4.icmp_msgs_burst = 1000000
# source ports come from the usual range
net.ipv4.ip_local_port_range = 32768 60999
# connection tracking judges TCP as its documentation says
net.netfilter.nf_conntrack_tcp_loose = 1
net.netfilter.nf_conntrack_tcp_be_liberal = 0
# no address is IPv6: discovery would only fill links and captures
net.ipv6.conf.all.disable_ipv6 = 1
END
# node blue exists
ip netns add blue
ip netns exec blue sysctl -eqp - <<'END'
# only nodes with `forwarding` route for others
net.ipv4.ip_forward = 0
# packets are not judged by the way back to their source
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.default.rp_filter = 0
# packets with our own source address are refused
net.ipv4.conf.all.accept_local = 0
net.ipv4.conf.default.accept_local = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_ignore = 0
net.ipv4.conf.default.arp_ignore = 0
# ARP asks with any own address
net.ipv4.conf.all.arp_announce = 0
net.ipv4.conf.default.arp_announce = 0
# routers tell of a better gateway
net.ipv4.conf.all.send_redirects = 1
net.ipv4.conf.default.send_redirects = 1
# the routes are those of the file, whatever routers say
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
# routers tell of a better gateway
net.ipv4.conf.all.shared_media = 1
# packets do not choose their own way
net.ipv4.conf.all.accept_source_route = 0
# packets with our own source address are refused
net.ipv4.conf.all.bootp_relay = 0
# packets are not judged by the way back to their source
net.ipv4.conf.all.src_valid_mark = 0
net.ipv4.conf.default.src_valid_mark = 0
# 127.0.0.0/8 does not leave its node
net.ipv4.conf.all.route_localnet = 0
net.ipv4.conf.default.route_localnet = 0
# ARP is answered for own addresses only
net.ipv4.conf.all.proxy_arp = 0
net.ipv4.conf.default.proxy_arp = 0
net.ipv4.conf.default.proxy_arp_pvlan = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_filter = 0
net.ipv4.conf.default.arp_filter = 0
# neighbours are learned by asking
net.ipv4.conf.all.arp_accept = 0
net.ipv4.conf.default.arp_accept = 0
net.ipv4.conf.all.drop_gratuitous_arp = 0
net.ipv4.conf.default.drop_gratuitous_arp = 0
# a packet to one address may come in a frame to many
net.ipv4.conf.all.drop_unicast_in_l2_multicast = 0
net.ipv4.conf.default.drop_unicast_in_l2_multicast = 0
# routes over a link without carrier are routes
net.ipv4.conf.all.ignore_routes_with_linkdown = 0
net.ipv4.conf.default.ignore_routes_with_linkdown = 0
# every probe gets its ICMP error, however many there are
net.ipv4.icmp_ratelimit = 0
net.ipv4.icmp_msgs_per_sec = 1000000
net.ipv4.icmp_msgs_burst = 1000000
# source ports come from the usual range
net.ipv4.ip_local_port_range = 32768 60999
# connection tracking judges TCP as its documentation says
net.netfilter.nf_conntrack_tcp_loose = 1
net.netfilter.nf_conntrack_tcp_be_liberal = 0
# no address is IPv6: discovery would only fill links and captures
net.ipv6.conf.all.disable_ipv6 = 1
END
# node host exists
ip netns add host
ip netns exec host sysctl -eqp - <<'END'
# the topology says that it forwards
net.ipv4.ip_forward = 1
# packets are not judged by the way back to their source
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.default.rp_filter = 0
# packets with our own source address are refused
net.ipv4.conf.all.accept_local = 0
net.ipv4.conf.default.accept_local = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_ignore = 0
net.ipv4.conf.default.arp_ignore = 0
# ARP asks with any own address
net.ipv4.conf.all.arp_announce = 0
net.ipv4.conf.default.arp_announce = 0
# routers tell of a better gateway
net.ipv4.conf.all.send_redirects = 1
net.ipv4.conf.default.send_redirects = 1
# the routes are those of the file, whatever routers say
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
# routers tell of a better gateway
net.ipv4.conf.all.shared_media = 1
# packets do not choose their own way
net.ipv4.conf.all.accept_source_route = 0
# packets with our own source address are refused
net.ipv4.conf.all.bootp_relay = 0
# packets are not judged by the way back to their source
net.ipv4.conf.all.src_valid_mark = 0
net.ipv4.conf.default.src_valid_mark = 0
# 127.0.0.0/8 does not leave its node
net.ipv4.conf.all.route_localnet = 0
net.ipv4.conf.default.route_localnet = 0
# ARP is answered for own addresses only
net.ipv4.conf.all.proxy_arp = 0
net.ipv4.conf.default.proxy_arp = 0
net.ipv4.conf.default.proxy_arp_pvlan = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_filter = 0
net.ipv4.conf.default.arp_filter = 0
# neighbours are learned by asking
net.ipv4.conf.all.arp_accept = 0
net.ipv4.conf.default.arp_accept = 0
net.ipv4.conf.all.drop_gratuitous_arp = 0
net.ipv4.conf.default.drop_gratuitous_arp = 0
# a packet to one address may come in a frame to many
net.ipv4.conf.all.drop_unicast_in_l2_multicast = 0
net.ipv4.conf.default.drop_unicast_in_l2_multicast = 0
# routes over a link without carrier are routes
net.ipv4.conf.all.ignore_routes_with_linkdown = 0
net.ipv4.conf.default.ignore_routes_with_linkdown = 0
# every probe gets its ICMP error, however many there are
net.ipv4.icmp_ratelimit = 0
net.ipv4.icmp_msgs_per_sec = 1000000
net.ipv4.icmp_msgs_burst = 1000000
# source ports come from the usual range
net.ipv4.ip_local_port_range = 32768 60999
# connection tracking judges TCP as its documentation says
net.netfilter.nf_conntrack_tcp_loose = 1
net.netfilter.nf_conntrack_tcp_be_liberal = 0
# no address is IPv6: discovery would only fill links and captures
net.ipv6.conf.all.disable_ipv6 = 1
# bridged frames do not cross the IP hooks (where br_netfilter is built in, they do)
net.bridge.bridge-nf-call-iptables = 0
net.bridge.bridge-nf-call-ip6tables = 0
net.bridge.bridge-nf-call-arptables = 0
# equal ways are chosen alike in every run
net.ipv4.fib_multipath_hash_seed = 1
END
# node client exists
ip netns add client
ip netns exec client sysctl -eqp - <<'END'
# only nodes with `forwarding` route for others
net.ipv4.ip_forward = 0
# packets are not judged by the way back to their source
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.default.rp_filter = 0
# packets with our own source address are refused
net.ipv4.conf.all.accept_local = 0
net.ipv4.conf.default.accept_local = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_ignore = 0
net.ipv4.conf.default.arp_ignore = 0
# ARP asks with any own address
net.ipv4.conf.all.arp_announce = 0
net.ipv4.conf.default.arp_announce = 0
# routers tell of a better gateway
net.ipv4.conf.all.send_redirects = 1
net.ipv4.conf.default.send_redirects = 1
# the routes are those of the file, whatever routers say
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
# routers tell of a better gateway
net.ipv4.conf.all.shared_media = 1
# packets do not choose their own way
net.ipv4.conf.all.accept_source_route = 0
# packets with our own source address are refused
net.ipv4.conf.all.bootp_relay = 0
# packets are not judged by the way back to their source
net.ipv4.conf.all.src_valid_mark = 0
net.ipv4.conf.default.src_valid_mark = 0
# 127.0.0.0/8 does not leave its node
net.ipv4.conf.all.route_localnet = 0
net.ipv4.conf.default.route_localnet = 0
# ARP is answered for own addresses only
net.ipv4.conf.all.proxy_arp = 0
net.ipv4.conf.default.proxy_arp = 0
net.ipv4.conf.default.proxy_arp_pvlan = 0
# ARP is answered on every interface for every own address
net.ipv4.conf.all.arp_filter = 0
net.ipv4.conf.default.arp_filter = 0
# neighbours are learned by asking
net.ipv4.conf.all.arp_accept = 0
net.ipv4.conf.default.arp_accept = 0
net.ipv4.conf.all.drop_gratuitous_arp = 0
net.ipv4.conf.default.drop_gratuitous_arp = 0
# a packet to one address may come in a frame to many
net.ipv4.conf.all.drop_unicast_in_l2_multicast = 0
net.ipv4.conf.default.drop_unicast_in_l2_multicast = 0
# routes over a link without carrier are routes
net.ipv4.conf.all.ignore_routes_with_linkdown = 0
net.ipv4.conf.default.ignore_routes_with_linkdown = 0
# every probe gets its ICMP error, however many there are
net.ipv4.icmp_ratelimit = 0
net.ipv4.icmp_msgs_per_sec = 1000000
net.ipv4.icmp_msgs_burst = 1000000
# source ports come from the usual range
net.ipv4.ip_local_port_range = 32768 60999
# connection tracking judges TCP as its documentation says
net.netfilter.nf_conntrack_tcp_loose = 1
net.netfilter.nf_conntrack_tcp_be_liberal = 0
# no address is IPv6: discovery would only fill links and captures
net.ipv6.conf.all.disable_ipv6 = 1
END
# host has bridge v-eth-0
ip -n host link add name v-eth-0 index 101 address 02:00:00:00:00:65 mtu 1500 up type bridge stp_state 0 forward_delay 0 hello_time 200 max_age 2000 ageing_time 30000 priority 32768 mcast_snooping 1
# link red:veth-red -- host:veth-red-br exists
ip -n host link add name veth-red-br index 103 address 02:00:00:00:00:67 mtu 1500 master v-eth-0 up type veth peer name veth-red index 102 address 02:00:00:00:00:66 mtu 1500 netns red
# link blue:veth-blue -- host:veth-blue-br exists
ip -n host link add name veth-blue-br index 105 address 02:00:00:00:00:69 mtu 1500 master v-eth-0 up type veth peer name veth-blue index 104 address 02:00:00:00:00:68 mtu 1500 netns blue
# link host:eth0 -- client:eth0 exists
ip -n host link add name eth0 index 106 address 02:00:00:00:00:6a mtu 1500 up type veth peer name eth0 index 107 address 02:00:00:00:00:6b mtu 1500 netns client
# a node reaches itself over it
ip -n red link set dev lo up
# link red:veth-red -- host:veth-red-br exists
ip -n red link set dev veth-red up
# net.topo.yaml
ip -n red address add 192.168.15.1/24 dev veth-red
# a node reaches itself over it
ip -n blue link set dev lo up
# link blue:veth-blue -- host:veth-blue-br exists
ip -n blue link set dev veth-blue up
# net.topo.yaml
ip -n blue address add 192.168.15.2/24 dev veth-blue
# the topology
ip -4 -n blue route add unicast default via 192.168.15.5 dev veth-blue proto boot
# blue has a route via 192.168.15.5
ip -n blue neighbor add 192.168.15.5 lladdr 02:00:00:00:00:65 dev veth-blue nud permanent
# a node reaches itself over it
ip -n host link set dev lo up
# net.topo.yaml
ip -n host address add 192.168.15.5/24 dev v-eth-0
ip -n host address add 192.168.1.2/24 dev eth0
# blue has a route via 192.168.15.5, and back
ip -n host neighbor add 192.168.15.2 lladdr 02:00:00:00:00:68 dev v-eth-0 nud permanent
# a node reaches itself over it
ip -n client link set dev lo up
# link host:eth0 -- client:eth0 exists
ip -n client link set dev eth0 up
# net.topo.yaml
ip -n client address add 192.168.1.3/24 dev eth0
# host translates addresses
ip netns exec host nft -f - <<'END'
table ip topoproof {
	chain prerouting {
		type nat hook prerouting priority -100; policy accept;
		iifname "eth0" tcp dport 80 counter dnat to 192.168.15.2:80
	}
	chain postrouting {
		type nat hook postrouting priority 100; policy accept;
		ip saddr 192.168.15.0/24 oifname "eth0" counter masquerade
	}
}
END
# a port takes entries once it forwards, a moment after both ends of its link are up
timeout 40 sh -c 'while bridge -n "$0" link show | grep -q "state disabled"; do :; done' host
# the bridge need not flood what goes to blue
bridge -n host fdb replace 02:00:00:00:00:68 dev veth-blue-br master dynamic
