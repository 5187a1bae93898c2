// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/pcapng.hh"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "capture/pcap_file.hh"
#include "capture/recording.hh"
#include "sys/error.hh"
#include "sys/files.hh"
#include "sys/process.hh"

namespace topoproof::capture {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// 10.0.0.1 > 10.0.0.2: ICMP echo request, id 1, seq 1, in 14 bytes of Ethernet
const Bytes kPing = parse_hex(
                        "02 00 00 00 00 02 02 00 00 00 00 01 08 00"
                        "45 00 00 1c 00 00 40 00 40 01 26 df 0a 00 00 01 0a 00 00 02"
                        "08 00 f7 fd 00 01 00 01")
                        .value();

FrameView ping_at(std::chrono::nanoseconds time, PacketType type = PacketType::Outgoing) {
  FrameView frame = decode_frame(LinkType::Ethernet, kPing, kPing.size(), Timestamp(time));
  frame.type = type;
  return frame;
}

Bytes contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const BytesView view = as_view(text);
  return {view.begin(), view.end()};
}

std::vector<Timestamp> times_of(PcapFile& file) {
  std::vector<Timestamp> times;
  for (auto frame = file.next(); frame && *frame; frame = file.next()) {
    times.push_back((*frame)->timestamp);
  }
  return times;
}

TEST(Pcapng, BlocksAreWhatTheDraftSays) {
  const sys::TempDir directory;
  const fs::path path = directory.path() / "one.pcapng";
  PcapngWriter writer(path);
  const auto interface = writer.add_interface({"red:eth0", LinkType::Raw});
  FrameView frame = decode_frame(LinkType::Raw, as_view("E"), 20, Timestamp(5s + 7ns));
  frame.type = PacketType::Host;
  writer.write(interface, frame, "lost");
  writer.close();
  const Bytes expected =
      parse_hex(
          "0a 0d 0d 0a 30 00 00 00 4d 3c 2b 1a 01 00 00 00 ff ff ff ff ff ff ff ff"
          "04 00 09 00 74 6f 70 6f 70 72 6f 6f 66 00 00 00  # shb_userappl topoproof\n"
          "00 00 00 00 30 00 00 00                          # end of options, length\n"
          "01 00 00 00 2c 00 00 00 65 00 00 00 00 00 00 00  # raw, any length\n"
          "02 00 08 00 72 65 64 3a 65 74 68 30              # if_name red:eth0\n"
          "09 00 01 00 09 00 00 00                          # if_tsresol 10^-9\n"
          "00 00 00 00 2c 00 00 00\n"
          "06 00 00 00 38 00 00 00 00 00 00 00              # of interface 0\n"
          "01 00 00 00 07 f2 05 2a                          # 5000000007 ns\n"
          "01 00 00 00 14 00 00 00 45 00 00 00              # 1 byte of 20\n"
          "01 00 04 00 6c 6f 73 74                          # opt_comment lost\n"
          "02 00 04 00 05 00 00 00                          # epb_flags in, unicast\n"
          "00 00 00 00 38 00 00 00")
          .value();
  EXPECT_EQ(to_hex(contents(path)), to_hex(expected)) << "on a little-endian machine";
}

TEST(Pcapng, LibpcapReadsWhatWasWrittenInTimeOrder) {
  const sys::TempDir directory;
  const fs::path path = directory.path() / "run.pcapng";
  Recording recording;
  const auto red = recording.add_interface({"red:veth-red", LinkType::Ethernet, "10.0.0.1/24"});
  const auto blue = recording.add_interface({"blue:veth-blue", LinkType::Ethernet});
  const auto late = recording.add(blue, ping_at(1700000000s + 20ns, PacketType::Host));
  recording.add(red, ping_at(1700000000s + 10ns));
  recording.comment(late, "the last that was seen");
  recording.write(path, "check 3 failed");

  auto file = PcapFile::open(path);
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_EQ(times_of(*file),
            (std::vector{Timestamp(1700000000s + 10ns), Timestamp(1700000000s + 20ns)}));
}

TEST(Pcapng, TcpdumpReadsIt) {
  const sys::TempDir directory;
  const fs::path path = directory.path() / "run.pcapng";
  PcapngWriter writer(path);
  writer.write(writer.add_interface({"red:eth0", LinkType::Ethernet}), ping_at(5s), "comment");
  writer.close();
  const Bytes whole = contents(path);
  try {
    const auto dump = sys::run_process({"tcpdump", "-tttt", "--nano", "-nr", "-"}, nullptr,
                                       std::string(as_text(whole)));
    EXPECT_TRUE(dump.output.contains("10.0.0.1 > 10.0.0.2: ICMP echo request, id 1, seq 1"))
        << dump.output;
  } catch (const sys::SystemError& error) {
    GTEST_SKIP() << "missing: " << error.what();
  }
}

TEST(Pcapng, FramesOfTheSameTimeStayInTheirOrder) {
  const sys::TempDir directory;
  const fs::path path = directory.path() / "run.pcapng";
  Recording recording;
  const auto interface = recording.add_interface({"red:eth0", LinkType::Ethernet});
  for (std::size_t size = 20; size < 30; ++size) {
    recording.add(interface, decode_frame(LinkType::Ethernet, BytesView(kPing).first(size),
                                          kPing.size(), Timestamp(1s)));
  }
  recording.write(path);
  auto file = PcapFile::open(path);
  ASSERT_TRUE(file) << file.error().text;
  for (std::size_t size = 20; size < 30; ++size) {
    const auto frame = file->next();
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ((*frame)->record.size(), size);
    EXPECT_EQ((*frame)->length, kPing.size() - kEthernetHeaderSize);
  }
}

TEST(Pcapng, TheFileHasItsNameOnlyWhenItIsComplete) {
  const sys::TempDir directory;
  const fs::path path = directory.path() / "run.pcapng";
  {
    PcapngWriter writer(path);
    EXPECT_FALSE(fs::exists(path));
  }
  EXPECT_TRUE(fs::is_empty(directory.path())) << "an unfinished file is removed";
  PcapngWriter(path).close();
  EXPECT_TRUE(fs::exists(path));
}

TEST(Pcapng, AFullDiskIsASentence) {
  PcapngWriter writer("/dev/full");
  const auto interface = writer.add_interface({"red:eth0", LinkType::Ethernet});
  writer.write(interface, ping_at(1s));
  try {
    writer.close();
    FAIL() << "/dev/full took it";
  } catch (const sys::SystemError& error) {
    EXPECT_STREQ(error.what(), "write /dev/full: No space left on device");
  }
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(Pcapng, AMissingFolderIsASentence) {
  try {
    PcapngWriter writer("/nowhere/run.pcapng");
    FAIL() << "there is no such folder";
  } catch (const sys::SystemError& error) {
    EXPECT_STREQ(error.what(), "create /nowhere/run.pcapng: No such file or directory");
  }
}

TEST(PcapFile, WhatIsNoCaptureIsAnIssue) {
  const auto missing = PcapFile::open("/nowhere/run.pcapng");
  ASSERT_FALSE(missing);
  EXPECT_EQ(to_string(missing.error()), "/nowhere/run.pcapng: error: No such file or directory");
  EXPECT_FALSE(PcapFile::from_bytes({}));
  EXPECT_FALSE(PcapFile::from_bytes(as_view("this is not a capture file at all")));
}

TEST(PcapFile, ATruncatedFileEndsWithAnIssue) {
  const sys::TempDir directory;
  const fs::path path = directory.path() / "run.pcapng";
  PcapngWriter writer(path);
  writer.write(writer.add_interface({"red:eth0", LinkType::Ethernet}), ping_at(1s));
  writer.close();
  const Bytes whole = contents(path);
  auto file = PcapFile::from_bytes(BytesView(whole).first(whole.size() - 10));
  ASSERT_TRUE(file) << file.error().text;
  EXPECT_FALSE(file->next());
}

}  // namespace
}  // namespace topoproof::capture
