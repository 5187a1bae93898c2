// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/set.hh"

#include "base/check.hh"

namespace topoproof::machine {
namespace {

bool is_over(const SetElement& element, Time now) {
  return element.expires && *element.expires <= now;
}
const SetElement* if_alive(const SetElement& element, Time now) {
  return is_over(element, now) ? nullptr : &element;
}

}  // namespace

void Set::fill(std::vector<SetElement> elements, std::optional<SetElement> catchall) {
  catchall_ = std::move(catchall);
  if (!has_ranges()) {
    for (auto& element : elements) {
      auto key = std::string(as_text(element.key));
      exact_.insert_or_assign(std::move(key), std::move(element));
    }
    return;
  }
  elements_ = std::move(elements);
  index_ = source_->field_lengths.size() > 1 ? make_concatenation_index(*source_, elements_)
                                             : make_interval_index(*source_, elements_);
}

const SetElement* Set::find(BytesView key, Time now) const {
  if (index_) {
    const auto at = index_->find(key);
    return at ? if_alive(elements_[*at], now) : nullptr;
  }
  const auto at = exact_.find(as_text(key));
  return at == exact_.end() ? nullptr : if_alive(at->second, now);
}

const SetElement* Set::find_or_catchall(BytesView key, Time now) const {
  const auto* found = find(key, now);
  if (found != nullptr || !catchall_) return found;
  return if_alive(*catchall_, now);
}

// The kernel's collector takes elements away that are over at a time of its own; until then they
// count for the size.
Set::Room Set::room(Time now) const {
  if (source_->size == 0 || exact_.size() < source_->size) return Room::Free;
  std::size_t alive = 0;
  for (const auto& [key, element] : exact_) alive += is_over(element, now) ? 0U : 1U;
  return alive < source_->size ? Room::Unknown : Room::Full;
}

SetElement& Set::add(SetElement element) {
  auto key = std::string(as_text(element.key));
  return exact_.insert_or_assign(std::move(key), std::move(element)).first->second;
}

SetElement* Set::find_to_change(BytesView key, Time now) {
  const auto at = exact_.find(as_text(key));
  return at == exact_.end() || is_over(at->second, now) ? nullptr : &at->second;
}

void Set::remove(BytesView key) {
  const auto at = exact_.find(as_text(key));
  if (at != exact_.end()) exact_.erase(at);
}

}  // namespace topoproof::machine
