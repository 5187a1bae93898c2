// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/tap.hh"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <exception>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <unistd.h>

#include "capture/data_link.hh"
#include "capture/libpcap.hh"
#include "sys/error.hh"

namespace topoproof::capture {
namespace {

using sys::SystemError;

std::string describe(const TapOptions& options) {
  const std::string what = options.interface.empty()
                               ? "all interfaces"
                               : fmt::format("interface '{}'", options.interface);
  return options.where.empty() ? what : fmt::format("{} of {}", what, options.where);
}

[[noreturn]] void refuse(pcap_t* handle, int status, const std::string& attempt) {
  const int error = sys::last_error();
  if (status == PCAP_ERROR_NO_SUCH_DEVICE) throw SystemError(ENODEV, attempt);
  if (status == PCAP_ERROR_PERM_DENIED) throw SystemError(EPERM, attempt);
  if (status == PCAP_ERROR_IFACE_NOT_UP) throw SystemError(ENETDOWN, attempt);
  throw SystemError(error != 0 ? error : EIO,
                    fmt::format("{} (libpcap: {})", attempt, libpcap().geterr(handle)));
}

void require(pcap_t* handle, int status, const std::string& attempt) {
  if (status < 0) refuse(handle, status, attempt);
}

LinkType link_type_of(const TapOptions& options) {
  return options.interface.empty() ? LinkType::LinuxSll2 : LinkType::Ethernet;
}

// libpcap counts its link header among the bytes that it keeps. Four more: a VLAN tag.
std::size_t pcap_snap_length(const TapOptions& options) {
  return options.snap_length +
         (options.interface.empty() ? kSll2HeaderSize : kEthernetHeaderSize + 4);
}

struct Program {
  bpf_program code{};
  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() { libpcap().freecode(&code); }
};

int compile(pcap_t* handle, const std::string& filter, Program& program) {
  return libpcap().compile(handle, &program.code, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN);
}

void set_filter(pcap_t* handle, const TapOptions& options) {
  if (options.filter.empty()) return;
  const std::string attempt =
      fmt::format("tap {} with the filter '{}'", describe(options), options.filter);
  Program program;
  if (compile(handle, options.filter, program) < 0) {
    throw SystemError(EINVAL, fmt::format("{} (libpcap: {})", attempt, libpcap().geterr(handle)));
  }
  require(handle, libpcap().setfilter(handle, &program.code), attempt);
}

// Immediate mode makes libpcap use TPACKET_V2: a frame can be read as soon as it is captured, and
// a ring has slots instead of blocks that a timer closes.
void configure(pcap_t* handle, const TapOptions& options) {
  libpcap().set_snaplen(handle, static_cast<int>(pcap_snap_length(options)));
  libpcap().set_buffer_size(handle, static_cast<int>(ring_bytes(options)));
  libpcap().set_immediate_mode(handle, 1);
  libpcap().set_promisc(handle, 0);
  libpcap().set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
}

void activate(pcap_t* handle, const TapOptions& options) {
  const std::string attempt = "tap " + describe(options);
  require(handle, libpcap().activate(handle), attempt);
  if (link_type_of(options) == LinkType::LinuxSll2) {
    require(handle, libpcap().set_datalink(handle, DLT_LINUX_SLL2), attempt);
  }
  if (options.direction != TapDirection::Both) {
    const auto direction = options.direction == TapDirection::In ? PCAP_D_IN : PCAP_D_OUT;
    require(handle, libpcap().setdirection(handle, direction), attempt);
  }
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  require(handle, libpcap().setnonblock(handle, 1, text.data()), attempt);
  // libpcap opens its socket without it; a child must not keep our taps and namespaces alive.
  sys::check_result(::fcntl(libpcap().get_selectable_fd(handle), F_SETFD, FD_CLOEXEC),
                    attempt.c_str());
  set_filter(handle, options);
}

Timestamp to_timestamp(const timeval& time) {  // tv_usec counts nanoseconds here
  return Timestamp(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_usec));
}

}  // namespace

// As the kernel and libpcap lay out a TPACKET_V2 ring: no slot crosses a block. A slot is a
// tpacket2_hdr, a sockaddr_ll and room for a link header and a VLAN tag, then the bytes.
std::size_t ring_bytes(const TapOptions& options) {
  constexpr std::size_t kPage = 4096;
  constexpr std::size_t kSlotHeader = 88;
  const std::size_t slot = (kSlotHeader + pcap_snap_length(options) + 15) / 16 * 16;
  const std::size_t block = std::max(kPage, std::bit_ceil(slot));
  const std::size_t slots_per_block = block / slot;
  return (options.frames + slots_per_block - 1) / slots_per_block * block;
}

Issues check_filter(const std::string& filter, LinkType link_type) {
  constexpr int kAnySnapLength = 65535;
  const std::unique_ptr<pcap_t, decltype(Libpcap::close)> dead(
      libpcap().open_dead(dlt_of(link_type), kAnySnapLength), libpcap().close);
  Program program;
  if (compile(dead.get(), filter, program) == 0) return {};
  return {make_issue(fmt::format("capture filter '{}': {}", filter, libpcap().geterr(dead.get())))};
}

Tap::Tap(pcap* handle, const TapOptions& options)
    : handle_(handle), link_type_(link_type_of(options)), where_(options.where) {
  constexpr std::size_t kLeastSlot = 64;
  most_frames_ = static_cast<int>(ring_bytes(options) / kLeastSlot);
  configure(handle, options);
  activate(handle, options);
  fd_ = libpcap().get_selectable_fd(handle);
  if (!options.interface.empty()) interface_index_ = ::if_nametoindex(options.interface.c_str());
}

Tap::Tap(Tap&& other) noexcept = default;
Tap& Tap::operator=(Tap&& other) noexcept = default;
Tap::~Tap() = default;

void Tap::Closer::operator()(pcap* handle) const noexcept { libpcap().close(handle); }

Tap open_tap(const TapOptions& options) {
  std::array<char, PCAP_ERRBUF_SIZE> text{};
  const char* device = options.interface.empty() ? "any" : options.interface.c_str();
  pcap_t* handle = libpcap().create(device, text.data());
  if (handle == nullptr) {
    throw SystemError(ENOMEM, fmt::format("tap {} (libpcap: {})", describe(options), text.data()));
  }
  return {handle, options};
}

// An exception must not travel through libpcap's C code, which would not free the ring's slot.
std::size_t Tap::drain_each(Handler handler, void* function) {
  struct Drain {
    const Tap* tap;
    Handler handler;
    void* function;
    std::exception_ptr thrown;
  } drain{this, handler, function, nullptr};

  const pcap_handler each = [](u_char* user, const pcap_pkthdr* header, const u_char* data) {
    auto& self = *reinterpret_cast<Drain*>(user);
    const BytesView record(reinterpret_cast<const std::byte*>(data), header->caplen);
    FrameView frame =
        decode_frame(self.tap->link_type_, record, header->len, to_timestamp(header->ts));
    if (self.tap->interface_index_ != 0) frame.interface_index = self.tap->interface_index_;
    try {
      self.handler(self.function, frame);
    } catch (...) {
      self.thrown = std::current_exception();
      libpcap().breakloop(self.tap->handle_.get());
    }
  };
  const int served =
      libpcap().dispatch(handle_.get(), most_frames_, each, reinterpret_cast<u_char*>(&drain));
  if (drain.thrown) std::rethrow_exception(drain.thrown);
  require(handle_.get(), served, "read the tap of " + where_);
  return static_cast<std::size_t>(served);
}

std::uint64_t Tap::drops() const {
  pcap_stat statistics{};
  require(handle_.get(), libpcap().stats(handle_.get(), &statistics),
          "read the statistics of the tap of " + where_);
  return statistics.ps_drop;
}

}  // namespace topoproof::capture
