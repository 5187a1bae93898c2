// SPDX-License-Identifier: GPL-2.0-or-later
// Facts about what a namespace shares with the machine around it: other rules, limits, defaults.
#include <gtest/gtest.h>

#include "conntrack/test_packets.hh"
#include "netfilter/text.hh"
#include "sys/error.hh"
#include "sys/kernel_test.hh"
#include "sys/process.hh"
#include "sys/sysctls.hh"
#include "two_routers.hh"

namespace topoproof::machine::machine_facts_kernel_test {
namespace {

using conntrack::Ends;
using conntrack::udp;

class MachineFacts : public sys::KernelTest {};

const std::string kThrough = "udp 10.0.0.1 1000 -> 10.0.1.2 81";

// The tables of iptables-legacy are hooks of their own beside those of nf_tables, at the same
// priority: what either drops is gone. The simulator is told of them as rules of nf_tables.
TEST_F(MachineFacts, Fact17LegacyTablesAndNftAreAllActive) {
  TwoRouters routers(
      "table inet t {\nchain f {\ntype filter hook forward priority 0; policy accept;\n"
      "counter accept\n}\n}\n"
      "table ip dumped {\nchain FORWARD {\ntype filter hook forward priority 0; policy accept;\n"
      "udp dport 80 drop\n}\n}\n");
  const auto refused = netfilter::load_text(routers.kernel_router().ns, "delete table ip dumped");
  ASSERT_TRUE(refused.empty()) << to_string(refused);
  const auto legacy = sys::run_process(
      {"iptables-legacy", "-w", "-A", "FORWARD", "-p", "udp", "--dport", "80", "-j", "DROP"},
      &routers.kernel_router().ns);
  if (legacy.exit_status != 0) TOPOPROOF_SKIP("iptables-legacy, or the kernel's legacy tables");
  EXPECT_EQ(routers.send(udp({"10.0.0.1", "10.0.1.2", 1000, 80})), "dropped");
  EXPECT_EQ(routers.send(udp({"10.0.0.1", "10.0.1.2", 1000, 81})), kThrough);
}

// Where nobody can be evicted (all flows are assured; here there are none), a full table drops what
// would be a flow more.
TEST_F(MachineFacts, Fact25AFullTableDropsNewFlows) {
  TwoRouters routers(
      "table inet t {\nchain f {\ntype filter hook forward priority 0;\n"
      "ct state new counter\n}\n}\n");
  try {
    routers.sysctl("net.netfilter.nf_conntrack_max", "1");
  } catch (const sys::SystemError&) {
    // No kernel is known that has it: nobody can require it.
    GTEST_SKIP() << "missing: a limit of connections of the namespace's own (nf_conntrack_max)";
  }
  routers.virtual_router().tracker().settings().max_entries = 1;
  EXPECT_EQ(routers.send(udp({"10.0.0.1", "10.0.1.2", 1000, 81})), kThrough);
  EXPECT_EQ(routers.send(udp({"10.0.0.1", "10.0.1.2", 1001, 81})), "dropped");
}

std::string rp_filter_of_a_new_namespace() {
  std::string value;
  const netlink::KernelNamespace made;
  sys::run_in(made.ns, [&] {
    value = sys::Sysctls().read("net.ipv4.conf.default.rp_filter").value_or("none");
  });
  return value;
}

// A namespace has the defaults of the machine's first one, not of that in which it was made: that
// is why all that a verdict depends on is written in each.
TEST_F(MachineFacts, Fact49ANamespaceInheritsFromTheMachineAndNotFromItsMaker) {
  const std::string usual = rp_filter_of_a_new_namespace();
  const std::string other = usual.starts_with('2') ? "1" : "2";
  sys::Sysctls here;
  const std::string before = here.read("net.ipv4.conf.default.rp_filter").value_or("0");
  here.write("net.ipv4.conf.default.rp_filter", other);
  const std::string made = rp_filter_of_a_new_namespace();
  here.write("net.ipv4.conf.default.rp_filter", before);
  if (made.starts_with(other)) TOPOPROOF_SKIP("net.core.devconf_inherit_init_net other than 3");
  EXPECT_EQ(made, usual);
}

}  // namespace
}  // namespace topoproof::machine::machine_facts_kernel_test
