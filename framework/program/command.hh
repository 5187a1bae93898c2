// SPDX-License-Identifier: GPL-2.0-or-later
// What the program is asked to do, as a value: made from the command line (command_line.hh),
// carried out by program.hh.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace topoproof::program {

enum class ReportFormat { Text, Json, JsonLines, Tap };
enum class Picture { Dot, Svg };

// Where captures of failed checks go unless something else is asked for.
inline const std::string kPcapFolder = "topoproof-captures";

// Who answers what becomes of a flow.
enum class Executors { Both, Kernel, Simulator };

struct TestCommand {
  std::vector<std::string> paths = {};     // files and folders; none: the current folder
  unsigned jobs = 0;                       // scenarios at a time; 0: one a core
  std::string select = {};                 // -k; empty: all
  std::vector<std::string> variants = {};  // of the topologies, in place of what scenarios say
  bool list = false;
  ReportFormat format = ReportFormat::Text;
  std::string junit = {};     // a file
  std::string html = {};      // a file
  std::string markdown = {};  // a file
  std::string coverage = {};  // a file
  std::string pcap = {};      // a folder; empty: kPcapFolder, and nobody insists on it
  bool always_keep_pcap = false;
  bool keep_going = false;
  bool strict = false;
  bool verbose = false;
  Executors with = Executors::Both;
  std::string lab = {};  // a running lab, in place of networks that are built; empty: none
};
struct LintCommand {
  std::vector<std::string> paths = {};  // files and folders; none: the current folder
  bool strict = false;                  // warnings are errors
};
struct PlanCommand {
  std::string file;
  std::vector<std::string> variants = {};
};
struct GraphCommand {
  std::string file;
  Picture format = Picture::Dot;
  std::string output = {};  // a file; empty: the standard output
  std::vector<std::string> variants = {};
};
enum class ImportFormat { GraphMl, Shell };
struct SnapshotCommand {
  std::vector<std::string> names = {};  // below /run/netns; none of all: every one
  std::vector<int> processes = {};
  bool host = false;  // the machine's own
  std::string topology = {};
  std::string output = {};
};
struct ImportCommand {
  ImportFormat format = ImportFormat::GraphMl;
  std::string file;
  std::string output = {};
};
struct GenerateCommand {
  std::string shape;
  std::vector<int> sizes = {};
  std::string output = {};
};
struct TraceCommand {
  std::string file;
  std::string flow;  // "blue -> client tcp/80"
  std::vector<std::string> variants = {};
  Executors with = Executors::Both;
  bool explain = false;  // why it ends as it does, too
};
struct DiffCommand {
  std::string before;  // topologies, scenarios, or with `on` rules
  std::string after;
  std::string on = {};                     // the network whose rules those are
  std::string node = {};                   // and the node; empty: the only one that has rules
  std::vector<std::string> variants = {};  // of `after`
  bool brief = false;                      // without packets and ways
};
struct ReachCommand {
  std::string file;
  std::vector<std::string> services = {};  // none: icmp
  bool ipv6 = false;
  std::string golden = {};  // a file to compare with; empty: none
  bool update = false;      // write it instead
  bool strict = false;      // what the simulator does not know is a failure
  std::vector<std::string> variants = {};
};
enum class RulesAction { Show, Compare, Compile, Translate };

struct RulesCommand {
  RulesAction action = RulesAction::Show;
  std::vector<std::string> files = {};  // of Compare two, else one
  bool expressions = false;             // of Show: what the kernel runs, too
  std::string output = {};              // a file; empty: the standard output
};

// Of labs that go on running. A lab that is not named is the only one.
enum class ListFormat { Text, Json };

struct UpCommand {
  std::string file;
  std::string name = {};  // empty: the topology's
  std::vector<std::string> variants = {};
};
struct DownCommand {
  std::vector<std::string> labs = {};
  bool all = false;
};
struct ListCommand {
  ListFormat format = ListFormat::Text;
};
struct ExecCommand {
  std::string lab = {};
  std::string node;
  bool shell = false;                       // the user's, in place of:
  std::vector<std::string> arguments = {};  // the program and its arguments
};
enum class LinkAction { Up, Down, Flap };
struct LinkCommand {
  LinkAction action = LinkAction::Up;
  std::string lab = {};
  std::string place;             // "red:eth0"
  unsigned milliseconds = 1000;  // that Flap keeps it down
};
struct InspectCommand {
  std::string lab = {};
  std::vector<std::string> nodes = {};  // none: all
  ListFormat format = ListFormat::Text;
};
struct LogsCommand {
  std::string lab = {};
  std::string node;
  std::string service = {};  // empty: all of the node
  bool follow = false;
};
struct CaptureCommand {
  std::string lab = {};
  std::vector<std::string> places = {};  // none: all
  std::string file = {};                 // pcapng; "-": the standard output; empty: text
  std::string filter = {};
  std::uint64_t count = 0;                // 0: until it is interrupted
  std::vector<std::string> program = {};  // as long as this one runs; none: by itself
};
struct ApplyCommand {
  std::string lab = {};
  std::string file;
  std::vector<std::string> variants = {};
  bool dry_run = false;
};
struct CollectCommand {};

struct FuzzCommand {
  std::uint64_t seed = 1;
  std::uint64_t seconds = 0;               // 0: no limit
  std::uint64_t cases = 0;                 // 0: no limit
  unsigned jobs = 0;                       // worker processes; 0: one a core
  std::string features = "all";            // by name
  std::size_t packets = 20;                // a ruleset
  std::string corpus = {};                 // a folder; empty: none
  std::string report = {};                 // likewise
  std::string again = {};                  // a scenario that a campaign wrote: asks that alone
  std::optional<std::uint64_t> only = {};  // the case of this number alone
  std::string wish = {};                   // of it: "udp+accept"; empty: none
};
// Do scenarios notice mistakes in what they describe?
struct MutateCommand {
  std::vector<std::string> paths = {};  // files and folders; none: the current folder
  std::string select = {};              // -k, by scenarios' and mutants' names; empty: all
  std::vector<std::string> variants = {};
  unsigned jobs = 0;  // mutants at a time; 0: one a core
  bool list = false;
  bool kernel = false;  // each mutant is built
  bool strict = false;  // what the simulator does not model is a failure
  bool verbose = false;
  ListFormat format = ListFormat::Text;
};
struct DoctorCommand {};
struct VersionCommand {};

using Command =
    std::variant<TestCommand, TraceCommand, DiffCommand, ReachCommand, LintCommand, PlanCommand,
                 GraphCommand, SnapshotCommand, ImportCommand, GenerateCommand, RulesCommand,
                 FuzzCommand, MutateCommand, UpCommand, DownCommand, ListCommand, ExecCommand,
                 LinkCommand, InspectCommand, LogsCommand, CaptureCommand, ApplyCommand,
                 CollectCommand, DoctorCommand, VersionCommand>;

// It builds networks (listing does not): the process must enter a sandbox before anything else.
bool needs_sandbox(const Command& command);
// It does without one, but knows more in one: only there rules' text can be compiled.
bool wants_sandbox(const Command& command);

}  // namespace topoproof::program
