// SPDX-License-Identifier: GPL-2.0-or-later
// The floor of bench_campaign: the kernel's part of a campaign by a loop that only sends what was
// made before, and looks at nothing that comes back.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "campaign/packet_port.hh"
#include "campaign/question.hh"
#include "generator/shape.hh"
#include "lab/lab.hh"
#include "nft/transaction.hh"

namespace topoproof::bench {

class BareNetwork {
 public:
  explicit BareNetwork(generator::Feature kind);

  // The messages for the question, to be asked after all that were added before.
  void add(campaign::Question question);
  void ask_next();  // THROWS: SystemError
  bool is_done() const { return next_ == asked_.size(); }

 private:
  struct Asked {
    std::unique_ptr<campaign::Question> question;  // the transaction refers to it
    nft::Transaction batch;
  };
  void say(BytesView message) const;
  void hear_until_end();

  generator::Shape shape_;
  lab::Lab lab_;
  int netlink_;
  std::array<campaign::PacketPort, campaign::kPorts> ports_;
  std::vector<Asked> asked_;
  std::size_t next_ = 0;
};

}  // namespace topoproof::bench
