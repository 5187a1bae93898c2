// SPDX-License-Identifier: GPL-2.0-or-later
// Conversations with a scripted kernel: what is not answered soundly is never a success.
#include "netlink/socket.hh"

#include <cerrno>
#include <deque>
#include <limits>

#include <gtest/gtest.h>
#include <linux/netlink.h>

namespace topoproof::netlink {
namespace {

constexpr std::array kAttributes{AttributeSpec{1, Kind::U32, "NUMBER"}};
constexpr Schema kSchema{.header_size = 4, .attributes = kAttributes};
constexpr Request kChange{.type = 0x20, .flags = NLM_F_REQUEST, .schema = &kSchema};
constexpr Request kList{.type = 0x22, .flags = NLM_F_REQUEST | NLM_F_DUMP, .schema = &kSchema};

struct Scripted {
  Received received;
  Bytes bytes;
};

class ScriptedTransport final : public Transport {
 public:
  explicit ScriptedTransport(std::deque<Scripted> script) : script_(std::move(script)) {}
  int send(BytesView) override { return std::exchange(send_error, 0); }
  Received receive(std::span<std::byte> buffer) override {
    if (script_.empty()) return {};
    const Scripted next = std::move(script_.front());
    script_.pop_front();
    std::ranges::copy(next.bytes, buffer.begin());
    return next.received;
  }
  void hear_other_namespaces() override {}
  void subscribe(unsigned) override {}
  int fd() const override { return -1; }
  int send_error = 0;

 private:
  std::deque<Scripted> script_;
};

template <class T>
void append(Bytes& bytes, const T& value) {
  const auto raw = std::as_bytes(std::span(&value, 1));
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

Bytes message(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
              const Bytes& payload) {
  Bytes bytes;
  append(bytes, nlmsghdr{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + payload.size()),
                         .nlmsg_type = type,
                         .nlmsg_flags = flags,
                         .nlmsg_seq = sequence,
                         .nlmsg_pid = 0});
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

Bytes ack(std::uint32_t sequence, int error = 0) {
  Bytes payload;
  append(payload, -error);
  append(payload, nlmsghdr{});
  return message(NLMSG_ERROR, NLM_F_CAPPED, sequence, payload);
}

Bytes item(std::uint32_t sequence, std::uint16_t flags = NLM_F_MULTI) {
  return message(0x21, flags, sequence, Bytes(4));
}

Bytes done(std::uint32_t sequence, int error = 0, std::uint16_t flags = NLM_F_MULTI) {
  Bytes payload;
  append(payload, -error);
  return message(NLMSG_DONE, flags, sequence, payload);
}

Scripted datagram(Bytes bytes) { return {.received = {.size = bytes.size()}, .bytes = bytes}; }
Scripted failing(int error) { return {.received = {.error = error}, .bytes = {}}; }
Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Socket scripted(std::deque<Scripted> script) {
  return Socket(std::make_unique<ScriptedTransport>(std::move(script)));
}

Batch changes(std::size_t count) {
  Batch batch;
  for (std::size_t i = 0; i < count; ++i) {
    batch.add(100 + i, kChange).put_header(std::uint32_t{0});
  }
  return batch;
}

Batch listing() {
  Batch batch;
  batch.add(0, kList).put_header(std::uint32_t{0});
  return batch;
}

template <class F>
std::string failure_of(F f) {
  try {
    f();
  } catch (const ExchangeError& error) {
    return std::string(to_string(error.failure()));
  }
  return "none";
}

std::string commit_failure(std::deque<Scripted> script) {
  return failure_of([&] {
    Batch batch = changes(2);
    scripted(std::move(script)).refusals(batch);
  });
}

std::string dump_failure(std::deque<Scripted> script) {
  return failure_of([&] {
    Batch batch = listing();
    scripted(std::move(script)).dump(batch, "list");
  });
}

TEST(Socket, ABatchIsDoneWithItsLastAcknowledgement) {
  Batch batch = changes(3);
  EXPECT_TRUE(scripted({datagram(ack(3))}).refusals(batch).empty());
}

TEST(Socket, RefusalsComeWithWhatTheyAreAbout) {
  Batch batch = changes(3);
  const auto refused =
      scripted({datagram(ack(1, EEXIST)), datagram(ack(3, EINVAL))}).refusals(batch);
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].about, 100U);
  EXPECT_EQ(refused[0].error, EEXIST);
  EXPECT_EQ(refused[1].about, 102U);
}

TEST(Socket, TheFirstRefusalIsThrownAsASentence) {
  Batch batch = changes(2);
  try {
    scripted({datagram(ack(1, EEXIST) + ack(2))}).commit(batch, [](std::size_t about) {
      return "make thing " + std::to_string(about);
    });
    FAIL() << "a refusal was taken for a success";
  } catch (const NetlinkError& error) {
    EXPECT_STREQ(error.what(), "make thing 100: File exists");
    EXPECT_EQ(error.error(), EEXIST);
  }
}

TEST(Socket, AnExtendedAcknowledgementNamesTheAttribute) {
  Batch batch;
  MessageWriter& writer = batch.add(0, kChange);
  writer.put_header(std::uint32_t{0});
  writer.put_u32(1, 5);
  Bytes payload;
  append(payload, -EINVAL);
  append(payload, nlmsghdr{});
  payload = payload + parse_hex(
                          "0a 00 01 00 6e 6f 20 35 21 00 00 00"  // NLMSGERR_ATTR_MSG "no 5!"
                          "08 00 02 00 14 00 00 00")             // NLMSGERR_ATTR_OFFS 20
                          .value();
  auto socket =
      scripted({datagram(message(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, 1, payload))});
  EXPECT_EQ(socket.refusals(batch),
            (std::vector<Refusal>{
                {.about = 0, .error = EINVAL, .text = "no 5!", .attribute = "NUMBER"}}));
}

TEST(Socket, AnInterruptedCallIsMadeAgain) {
  EXPECT_EQ(commit_failure({failing(EINTR), datagram(ack(2))}), "none");
}

TEST(Socket, NothingButASoundAnswerIsASuccess) {
  EXPECT_EQ(commit_failure({}), "a netlink answer is missing");
  EXPECT_EQ(commit_failure({datagram(ack(1))}), "a netlink answer is missing");
  EXPECT_EQ(commit_failure({failing(ENOBUFS), datagram(ack(2))}), "netlink answers were lost");
  EXPECT_EQ(commit_failure({failing(EBADF)}), "the netlink socket failed");
  EXPECT_EQ(commit_failure({datagram(ack(7))}), "a netlink answer to something else came");
  EXPECT_EQ(commit_failure({datagram(item(2))}), "a netlink answer to something else came");
  Scripted cut = datagram(ack(2));
  cut.received.truncated = true;
  EXPECT_EQ(commit_failure({cut}), "a netlink answer was cut off");
  Bytes short_length = ack(2);
  short_length[0] = std::byte{200};
  EXPECT_EQ(commit_failure({datagram(short_length)}), "a netlink answer is malformed");
  EXPECT_EQ(commit_failure({datagram(message(NLMSG_ERROR, 0, 2, Bytes(2)))}),
            "a netlink answer to something else came");
}

// Found by fuzz_nl_transport: a positive number passed for a success.
TEST(Socket, ANumberThatIsNoErrnoIsNoSuccess) {
  for (const int negated : {-1, 4096, std::numeric_limits<int>::max()}) {
    EXPECT_EQ(commit_failure({datagram(ack(2, negated))}),
              "a netlink answer to something else came");
  }
  Batch batch = listing();
  EXPECT_THROW(scripted({datagram(item(1)), datagram(done(1, -1))}).dump(batch, "list"),
               NetlinkError);
}

TEST(Socket, AListingEndsWithItsLastMessageInHoweverManyDatagrams) {
  Batch batch = listing();
  auto socket = scripted({datagram(item(1) + item(1)), datagram(item(1)), datagram(done(1))});
  EXPECT_EQ(socket.dump(batch, "list").size(), 3U);
}

TEST(Socket, AListingThatChangedIsAskedForAgain) {
  Batch batch = listing();
  auto socket = scripted({datagram(item(1) + item(1, NLM_F_MULTI | NLM_F_DUMP_INTR) + done(1)),
                          datagram(item(2) + done(2))});
  EXPECT_EQ(socket.dump(batch, "list").size(), 1U);
}

TEST(Socket, AListingThatNeverHoldsStillIsAFailure) {
  std::deque<Scripted> script;
  for (std::uint32_t i = 1; i <= 100; ++i) {
    script.push_back(datagram(done(i, 0, NLM_F_MULTI | NLM_F_DUMP_INTR)));
  }
  EXPECT_EQ(dump_failure(std::move(script)), "a netlink listing kept changing");
}

TEST(Socket, AListingThatBreaksOffIsAFailure) {
  EXPECT_EQ(dump_failure({datagram(item(1))}), "a netlink answer is missing");
  EXPECT_EQ(dump_failure({datagram(item(1)), failing(ENOBUFS)}), "netlink answers were lost");
  Batch batch = listing();
  EXPECT_THROW(scripted({datagram(item(1)), datagram(done(1, EIO))}).dump(batch, "list"),
               NetlinkError);
  Batch refused = listing();
  EXPECT_THROW(scripted({datagram(ack(1, EPERM))}).dump(refused, "list"), NetlinkError);
}

TEST(Socket, ALongBatchGoesInSeveralDatagramsAndEachIsWaitedFor) {
  // 20 bytes each: 3276 fit into one datagram of 64 KiB.
  Batch batch = changes(4000);
  EXPECT_TRUE(scripted({datagram(ack(3276)), datagram(ack(4000))}).refusals(batch).empty());
  EXPECT_EQ(failure_of([&] { scripted({datagram(ack(3276))}).refusals(batch); }),
            "a netlink answer is missing");
}

}  // namespace
}  // namespace topoproof::netlink
