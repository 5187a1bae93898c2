// SPDX-License-Identifier: GPL-2.0-or-later
// A socket stays in the node in which it was opened, whoever uses it then.
#include <testing/gtest.hh>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

TEST(Datagrams, GoFromNodeToNode) {
  topoproof::testing::LabForTest net(R"(
nodes: { red: {}, blue: {} }
links: [ "red:eth0 10.0.0.1/24 -- blue:eth0 10.0.0.2/24" ]
)");
  int sender = -1;
  int receiver = -1;
  net.run_in("red", [&] { sender = ::socket(AF_INET, SOCK_DGRAM, 0); });
  net.run_in("blue", [&] { receiver = ::socket(AF_INET, SOCK_DGRAM, 0); });

  sockaddr_in there{.sin_family = AF_INET, .sin_port = ::htons(5000)};
  ::inet_pton(AF_INET, "10.0.0.2", &there.sin_addr);
  const auto* address = reinterpret_cast<const sockaddr*>(&there);
  ASSERT_EQ(::bind(receiver, address, sizeof there), 0);
  ASSERT_EQ(::sendto(sender, "hello", 5, 0, address, sizeof there), 5);

  char text[16] = {};
  EXPECT_EQ(::recv(receiver, text, sizeof text, 0), 5);
  EXPECT_STREQ(text, "hello");
  ::close(sender);
  ::close(receiver);
}

int main(int argc, char** argv) { return topoproof::testing::run_all_tests(argc, argv); }
