// SPDX-License-Identifier: GPL-2.0-or-later
// A live capture inside one namespace, over libpcap. Opened there, then served from any thread.
//
// What a tap sees, and when (tap_kernel_test.cc shows each on a running kernel):
//  * Outgoing frames after the OUTPUT and POSTROUTING hooks, on the interface they leave by, even
//  if the
//    peer is down; a frame that a rule dropped there is on no tap.
//  * Incoming frames before PREROUTING: what a rule drops there or in INPUT has been seen already.
//    Being seen by the target's tap proves nothing about delivery.
//  * On veth and on bridges everything has been captured when the sender's send() returns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include "base/issue.hh"
#include "capture/frame.hh"

struct pcap;  // libpcap's pcap_t

namespace topoproof::capture {

enum class TapDirection { Both, In, Out };

struct TapOptions {
  std::string where;                            // the node's name, for error sentences only
  std::string interface;                        // empty: all, also those that come later
  TapDirection direction = TapDirection::Both;  // kernel-side choice
  std::size_t frames = 256;                     // that the ring holds between two drains
  std::size_t snap_length = 192;                // bytes kept of a frame from the network layer on
  std::string filter;                           // as for tcpdump; empty: every frame
};

// What libpcap thinks of a filter, for input that is checked before anything is opened.
Issues check_filter(const std::string& filter, LinkType link_type);

// The memory of a ring for so many frames, in bytes: whole pages, no frame crosses one.
std::size_t ring_bytes(const TapOptions& options);

class Tap {
 public:
  Tap(Tap&& other) noexcept;
  Tap& operator=(Tap&& other) noexcept;
  // Takes 25 ms, two grace periods of the kernel's RCU: many are closed by capture::close_taps().
  // Until then the tap keeps its namespace alive.
  ~Tap();

  int fd() const { return fd_; }  // readable when there are frames; see sys::EventLoop
  LinkType link_type() const { return link_type_; }
  const std::string& where() const { return where_; }

  // Hands every frame captured before the call to `f(const FrameView&)`, in order, and frees them:
  // a view ends when `f` returns. Never waits; a flood during the call does not keep it. RETURNS:
  // how many. THROWS: SystemError if the capture broke (its one interface was deleted), and what
  // `f` throws: that frame counts as served, the ones behind it remain.
  template <class F>
  std::size_t drain(F&& f) {
    using Function = std::remove_reference_t<F>;
    return drain_each(
        [](void* function, const FrameView& frame) { (*static_cast<Function*>(function))(frame); },
        const_cast<void*>(static_cast<const void*>(std::addressof(f))));
  }

  // Frames that found the ring full since the tap was opened. With any, silence proves nothing.
  std::uint64_t drops() const;  // THROWS: SystemError

 private:
  friend Tap open_tap(const TapOptions& options);
  using Handler = void (*)(void* function, const FrameView& frame);
  struct Closer {
    void operator()(pcap* handle) const noexcept;
  };
  Tap(pcap* handle, const TapOptions& options);
  std::size_t drain_each(Handler handler, void* function);

  std::unique_ptr<pcap, Closer> handle_;
  int fd_ = -1;
  LinkType link_type_ = LinkType::LinuxSll2;
  int most_frames_ = 0;                // that can be in the ring
  std::uint32_t interface_index_ = 0;  // of a tap on one interface
  std::string where_;
};

// A tap in the calling thread's namespace: call it through sys::run_in or a sys::NetnsWorker.
// Costs 12-14 ms (a grace period): many are opened by capture::open_taps(). No interface becomes
// promiscuous. THROWS: SystemError
Tap open_tap(const TapOptions& options = {});

}  // namespace topoproof::capture
