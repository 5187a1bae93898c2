// SPDX-License-Identifier: GPL-2.0-or-later
#include "netfilter/nft_process.hh"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netfilter/libnftables.hh"
#include "sys/error.hh"
#include "sys/init_process.hh"
#include "sys/interrupt.hh"
#include "sys/shared_library.hh"

namespace topoproof::netfilter {
namespace {

// Requests: "load 7" with the namespace, the text and its directory; "list", "list stateless" with
// the namespace; "close 7", which is not answered. Answers: "done TEXT", "refused FILE\nTEXT",
// "failed ERRNO".
constexpr std::string_view kDone = "done ";
constexpr std::string_view kRefused = "refused ";
constexpr std::string_view kFailed = "failed ";

constexpr int kLookForInterrupts = 200;  // milliseconds
constexpr std::chrono::seconds kTimeAfterInterrupt{2};

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

template <class Number>
Number number_in(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

UniqueContext make_context() {
  UniqueContext context(libnftables().ctx_new(NFT_CTX_DEFAULT));
  libnftables().ctx_buffer_error(context.get());
  libnftables().ctx_buffer_output(context.get());
  libnftables().ctx_add_include_path(context.get(), ".");
  return context;
}

// In the child: the only one that calls the library.
class Server {
 public:
  Server(sys::Channel& channel, sys::Netns home) : channel_(channel), home_(std::move(home)) {}

  void serve() {
    while (auto request = channel_.receive()) {
      const auto answer = carry_out(*request);
      if (answer) channel_.send(*answer);
    }
  }

 private:
  std::optional<std::string> carry_out(sys::Parcel& request) {
    std::string_view text = request.text;
    if (take(text, "close ")) {
      contexts_.erase(number_in<std::uint64_t>(text));
      return std::nullopt;
    }
    try {
      sys::enter(sys::Netns(std::move(request.descriptors.at(0))));
      std::string answer = take(text, "load ")
                               ? load(number_in<std::uint64_t>(text), request.descriptors)
                               : list(text.ends_with(" stateless"));
      sys::enter(home_);  // whoever stays in a namespace keeps it alive
      return answer;
    } catch (const sys::SystemError& refused) {
      return fmt::format("{}{}", kFailed, refused.error());
    }
  }

  std::string load(std::uint64_t conversation, const std::vector<sys::Fd>& descriptors) {
    sys::check_result(::fchdir(descriptors.at(2).get()), "enter the directory of the ruleset");
    UniqueContext& context = contexts_[conversation];
    if (!context) context = make_context();
    // libnftables names line and column only of what it reads from a file.
    const auto file = fmt::format("/proc/self/fd/{}", descriptors.at(1).get());
    if (libnftables().run_cmd_from_filename(context.get(), file.c_str()) == 0)
      return std::string(kDone);
    return fmt::format("{}{}\n{}", kRefused, file,
                       libnftables().ctx_get_error_buffer(context.get()));
  }

  static std::string list(bool stateless) {
    const UniqueContext context = make_context();
    if (stateless) libnftables().ctx_output_set_flags(context.get(), NFT_CTX_OUTPUT_STATELESS);
    const bool is_listed = libnftables().run_cmd_from_buffer(context.get(), "list ruleset") == 0;
    return fmt::format("{}{}", is_listed ? kDone : kRefused,
                       is_listed ? libnftables().ctx_get_output_buffer(context.get())
                                 : libnftables().ctx_get_error_buffer(context.get()));
  }

  sys::Channel& channel_;
  sys::Netns home_;
  std::map<std::uint64_t, UniqueContext> contexts_;
};

// The library may sit in a text for ever ("monitor"), where nothing is read from the channel. A
// signal of the kernel's needs no thread, which could not be started after every fork; and the
// death signal of prctl(2) is for the thread that forked, which may end long before its process.
void end_with(const sys::Channel& lifeline) {
  const int fd = lifeline.fd();
  sys::check_result(::fcntl(fd, F_SETOWN, ::getpid()), "hear of a process's end");
  sys::check_result(::fcntl(fd, F_SETSIG, SIGKILL), "hear of a process's end");
  sys::check_result(::fcntl(fd, F_SETFL, O_ASYNC), "hear of a process's end");
  pollfd asked{fd, POLLIN, 0};
  if (::poll(&asked, 1, 0) != 0) ::_exit(1);  // it has ended before
}

// It outlives Ctrl-C, since its parent has things to put in order then; the parent's end ends it.
// It keeps nothing else open: namespaces would live on in it.
void detach(const sys::Channel& channel, const sys::Channel& lifeline, const sys::Netns& home,
            const sys::Fd& said) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) std::signal(signal, SIG_IGN);
  constexpr rlimit kNoCore{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNoCore);
  sys::detach_output("/dev/null");
  sys::check_result(::dup2(said.get(), STDERR_FILENO), "keep what nft's library says");
  sys::close_all_but({channel.fd(), lifeline.fd(), home.fd()});
  end_with(lifeline);
}

[[noreturn]] void become_server(sys::Channel& channel, const sys::Channel& lifeline,
                                sys::Netns home, const sys::Fd& said) {
  int status = 0;
  try {
    detach(channel, lifeline, home, said);
    Server(channel, std::move(home)).serve();
  } catch (const std::exception&) {
    status = 1;  // its parent is gone, or will see that this is
  }
  ::_exit(status);
}

// That of the whole process, whatever namespace the calling thread is in.
sys::Netns own_netns() {
  return sys::Netns(sys::Fd(sys::check_result(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC),
                                              "open the network namespace of this process")));
}

ino_t own_user_namespace() {
  struct stat info{};
  return ::stat("/proc/self/ns/user", &info) == 0 ? info.st_ino : 0;
}

std::string first_line_of(const sys::Fd& file) {
  std::array<char, 512> text{};
  const ssize_t count = ::pread(file.get(), text.data(), text.size(), 0);
  const std::string_view said(text.data(), count < 0 ? 0 : static_cast<std::size_t>(count));
  return std::string(said.substr(0, said.find('\n')));
}

}  // namespace

NftProcess::NftProcess()
    : owner_(::getpid()),
      user_namespace_(own_user_namespace()),
      said_(
          sys::check_result(::memfd_create("said", MFD_CLOEXEC), "keep what nft's library says")) {
  auto [ours, theirs] = sys::Channel::open_pair();
  auto [our_line, their_line] = sys::Channel::open_pair();
  sys::Netns home = own_netns();
  // Taps are opened meanwhile, by a thread that loads their library.
  std::unique_lock loading(sys::SharedLibrary::loading());
  child_ = sys::check_result(::fork(), "start a process for nft's library");
  loading.unlock();
  if (child_ == 0) become_server(theirs, their_line, std::move(home), said_);
  channel_ = std::move(ours);
  lifeline_ = std::move(our_line);
}

// A child of ours that is forked later has our end of the channel open as well: to close it would
// not end the conversation.
NftProcess::~NftProcess() {
  if (owner_ != ::getpid()) return;
  ::shutdown(channel_.fd(), SHUT_RDWR);
  ::shutdown(lifeline_.fd(), SHUT_RDWR);
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
}

// Its first work takes 5 to 15 ms, most of it page faults: it is kept for whoever comes next.
std::shared_ptr<NftProcess> NftProcess::shared() {
  static std::mutex mutex;
  static std::shared_ptr<NftProcess> current;
  const std::scoped_lock lock(mutex);
  if (!current || !current->is_usable()) current = std::make_shared<NftProcess>();
  return current;
}

bool NftProcess::is_usable() const {
  pollfd asked{channel_.fd(), POLLIN, 0};
  return owner_ == ::getpid() && user_namespace_ == own_user_namespace() &&
         ::poll(&asked, 1, 0) >= 0 && (asked.revents & POLLHUP) == 0;
}

NftProcess::Refusal NftProcess::load(std::uint64_t conversation, const sys::Netns& netns,
                                     const Text& text) {
  const std::array descriptors{netns.fd(), text.content.get(), text.directory.get()};
  const std::string answer = ask(fmt::format("load {}", conversation), descriptors);
  std::string_view rest = answer;
  if (!take(rest, kRefused)) return {};
  const auto end = rest.find('\n');
  return {.file = std::string(rest.substr(0, end)), .text = std::string(rest.substr(end + 1))};
}

std::string NftProcess::list(const sys::Netns& netns, bool stateless) {
  const std::array descriptors{netns.fd()};
  const std::string answer = ask(stateless ? "list stateless" : "list", descriptors);
  std::string_view rest = answer;
  if (!take(rest, kDone)) {
    take(rest, kRefused);
    throw sys::SystemError(EIO, fmt::format("list the ruleset: {}", rest));
  }
  return std::string(rest);
}

void NftProcess::close(std::uint64_t conversation) noexcept {
  try {
    const std::scoped_lock lock(mutex_);
    if (is_usable()) channel_.send(fmt::format("close {}", conversation));
  } catch (const std::exception&) {
    // It is gone, and the conversation with it.
  }
}

std::string NftProcess::ask(std::string_view request, std::span<const int> descriptors) {
  const std::scoped_lock lock(mutex_);
  channel_.send(request, descriptors);
  await_answer();
  auto answer = channel_.receive();
  if (!answer) throw NftCrash(how_it_ended());
  std::string_view text = answer->text;
  if (take(text, kFailed)) throw sys::SystemError(number_in<int>(text), "run nft's library");
  return std::move(answer->text);
}

// The first interrupt of a process only sets a flag: it would wait for ever where the library does.
void NftProcess::await_answer() {
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> last;
  pollfd asked{channel_.fd(), POLLIN, 0};
  while (::poll(&asked, 1, kLookForInterrupts) <= 0) {
    if (!sys::is_interrupted()) continue;
    if (!last) last = Clock::now() + kTimeAfterInterrupt;
    if (Clock::now() < *last) continue;
    ::kill(child_, SIGKILL);
    how_it_ended();
    throw sys::SystemError(EINTR, "wait for nft's library");
  }
}

std::string NftProcess::how_it_ended() {
  int status = 0;
  const bool is_known = ::waitpid(std::exchange(child_, 0), &status, 0) > 0;
  const std::string said = first_line_of(said_);
  return fmt::format("{}{}{}",
                     !is_known             ? "nobody knows how"
                     : WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                           : fmt::format("status {}", WEXITSTATUS(status)),
                     said.empty() ? "" : ": ", said);
}

}  // namespace topoproof::netfilter
