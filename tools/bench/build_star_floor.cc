// SPDX-License-Identifier: GPL-2.0-or-later
// build_star_floor N: the same star as build_star, by a program that does nothing else: it knows
// what to send, sends only that, and checks only whether the kernel took it. What topoproof needs
// above this is the price of being general. Plain libmnl on purpose, and nothing of topoproof.
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr unsigned kBridge = 101;
constexpr unsigned kFirstPort = 102;
constexpr std::size_t kPiece = 64 << 10;

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(3);
}

void write_file(const char* path, const char* text) {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || ::write(fd, text, std::strlen(text)) < 0) fail(path);
  ::close(fd);
}

void enter_sandbox() {
  const std::string uid = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string gid = "0 " + std::to_string(::getegid()) + " 1";
  if (::geteuid() == 0 && ::unshare(CLONE_NEWNET) == 0) return;
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0) fail("unshare");
  write_file("/proc/self/setgroups", "deny");
  write_file("/proc/self/uid_map", uid.c_str());
  write_file("/proc/self/gid_map", gid.c_str());
}

// Those of topoproof's pins that differ from what a new namespace has here, by folder: to name
// /proc/sys/net/ipv4 costs more the more namespaces there are (see sys/sysctls.hh).
constexpr const char* kPins[][3] = {
    {"/proc/sys/net/ipv4", "conf/all/accept_redirects", "0"},
    {"/proc/sys/net/ipv4", "conf/default/accept_redirects", "0"},
    {"/proc/sys/net/ipv4", "icmp_ratelimit", "0"},
    {"/proc/sys/net/ipv4", "icmp_msgs_per_sec", "1000000"},
    {"/proc/sys/net/ipv4", "icmp_msgs_burst", "1000000"},
    {"/proc/sys/net/ipv6", "conf/all/disable_ipv6", "1"},
};
constexpr const char* kHubPins[][3] = {
    {"/proc/sys/net/ipv4", "ip_forward", "1"},
    {"/proc/sys/net/ipv4", "fib_multipath_hash_seed", "1"},
    {"/proc/sys/net/bridge", "bridge-nf-call-iptables", "0"},
    {"/proc/sys/net/bridge", "bridge-nf-call-ip6tables", "0"},
    {"/proc/sys/net/bridge", "bridge-nf-call-arptables", "0"},
};

// Those that this kernel has.
template <std::size_t N>
void write_pins(const char* const (&pins)[N][3]) {
  const char* open_folder = "";
  int folder = -1;
  for (const auto& pin : pins) {
    if (std::strcmp(open_folder, pin[0]) != 0) {
      if (folder >= 0) ::close(folder);
      folder = ::open(pin[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
      open_folder = pin[0];
    }
    const int fd = folder < 0 ? -1 : ::openat(folder, pin[1], O_WRONLY | O_CLOEXEC);
    if (fd < 0) continue;
    if (::write(fd, pin[2], std::strlen(pin[2])) < 0) fail(pin[1]);
    ::close(fd);
  }
  if (folder >= 0) ::close(folder);
}

struct Namespace {
  int fd = -1;
  mnl_socket* socket = nullptr;
};

Namespace create_namespace(bool is_hub) {
  if (::unshare(CLONE_NEWNET) < 0) fail("unshare");
  Namespace ns{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC),
               mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC)};
  if (ns.fd < 0 || ns.socket == nullptr || mnl_socket_bind(ns.socket, 0, 0) < 0) fail("open");
  if (is_hub) write_pins(kHubPins);
  write_pins(kPins);
  return ns;
}

// Messages for one namespace; only the last of a piece is acknowledged, refusals always are.
class Batch {
 public:
  explicit Batch(mnl_socket* socket) : socket_(socket), buffer_(kPiece + 4096) {}

  nlmsghdr* begin(std::uint16_t type, int flags) {
    if (used_ > kPiece) send();
    last_ = mnl_nlmsg_put_header(buffer_.data() + used_);
    last_->nlmsg_type = type;
    last_->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    last_->nlmsg_seq = ++sequence_;
    return last_;
  }
  void end() { used_ += (last_->nlmsg_len + 3U) & ~3U; }

  void send() {
    if (used_ == 0) return;
    last_->nlmsg_flags |= NLM_F_ACK;
    if (mnl_socket_sendto(socket_, buffer_.data(), used_) < 0) fail("send");
    char answer[8192];
    const ssize_t size = mnl_socket_recvfrom(socket_, answer, sizeof answer);
    if (size < 0 || mnl_cb_run(answer, static_cast<std::size_t>(size), sequence_,
                               mnl_socket_get_portid(socket_), nullptr, nullptr) < 0) {
      fail("refused");
    }
    used_ = 0;
  }

 private:
  mnl_socket* socket_;
  std::vector<char> buffer_;
  std::size_t used_ = 0;
  nlmsghdr* last_ = nullptr;
  unsigned sequence_ = 0;
};

void put_mac(nlmsghdr* message, unsigned index) {
  const unsigned char mac[6] = {
      2, 0, 0, 0, static_cast<unsigned char>(index >> 8), static_cast<unsigned char>(index)};
  mnl_attr_put(message, IFLA_ADDRESS, sizeof mac, mac);
}

ifinfomsg* put_link(nlmsghdr* message, unsigned index, bool up) {
  auto* info = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(message, sizeof(ifinfomsg)));
  info->ifi_index = static_cast<int>(index);
  info->ifi_flags = up ? IFF_UP : 0;
  info->ifi_change = up ? IFF_UP : 0;
  return info;
}

void create_bridge(Batch& batch) {
  nlmsghdr* message = batch.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  put_link(message, kBridge, true);
  mnl_attr_put_strz(message, IFLA_IFNAME, "br0");
  put_mac(message, kBridge);
  nlattr* info = mnl_attr_nest_start(message, IFLA_LINKINFO);
  mnl_attr_put_strz(message, IFLA_INFO_KIND, "bridge");
  nlattr* data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
  mnl_attr_put_u32(message, IFLA_BR_FORWARD_DELAY, 0);
  mnl_attr_nest_end(message, data);
  mnl_attr_nest_end(message, info);
  batch.end();
}

void create_veth(Batch& batch, int leaf, int leaf_fd) {
  const unsigned port = kFirstPort + 2 * static_cast<unsigned>(leaf);
  nlmsghdr* message = batch.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
  put_link(message, port, true);
  mnl_attr_put_strz(message, IFLA_IFNAME, ("p" + std::to_string(leaf + 1)).c_str());
  put_mac(message, port);
  mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);  // saves a grace period
  mnl_attr_put_u32(message, IFLA_MASTER, kBridge);
  nlattr* info = mnl_attr_nest_start(message, IFLA_LINKINFO);
  mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
  nlattr* data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
  nlattr* peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
  put_link(message, port + 1, false);
  mnl_attr_put_strz(message, IFLA_IFNAME, "eth0");
  put_mac(message, port + 1);
  mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
  mnl_attr_put_u32(message, IFLA_NET_NS_FD, static_cast<std::uint32_t>(leaf_fd));
  mnl_attr_nest_end(message, peer);
  mnl_attr_nest_end(message, data);
  mnl_attr_nest_end(message, info);
  batch.end();
}

void bring_up(Batch& batch, unsigned index) {
  put_link(batch.begin(RTM_NEWLINK, 0), index, true);
  batch.end();
}

void add_address(Batch& batch, unsigned index, unsigned host) {
  nlmsghdr* message = batch.begin(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
  auto* info = static_cast<ifaddrmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(ifaddrmsg)));
  info->ifa_family = AF_INET;
  info->ifa_prefixlen = 16;
  info->ifa_index = index;
  mnl_attr_put_u32(message, IFA_LOCAL, htonl(0x0a000000U + host));
  batch.end();
}

void raise_open_file_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  const int leaves = argc == 2 ? std::atoi(argv[1]) : 0;
  enter_sandbox();
  raise_open_file_limit();
  const Namespace hub = create_namespace(true);
  std::vector<Namespace> nodes;
  for (int i = 0; i < leaves; ++i) nodes.push_back(create_namespace(false));

  Batch links(hub.socket);
  create_bridge(links);
  for (int i = 0; i < leaves; ++i) create_veth(links, i, nodes[static_cast<std::size_t>(i)].fd);
  bring_up(links, 1);
  add_address(links, kBridge, 1);
  links.send();

  for (int i = 0; i < leaves; ++i) {
    const unsigned index = kFirstPort + 2 * static_cast<unsigned>(i) + 1;
    Batch batch(nodes[static_cast<std::size_t>(i)].socket);
    bring_up(batch, 1);
    bring_up(batch, index);
    add_address(batch, index, static_cast<unsigned>(i) + 2);
    batch.send();
  }
  return 0;
}
