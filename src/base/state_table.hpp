/// Checks that make a constexpr transition table worth trusting: deterministic, closed, reachable.
#pragma once

#include <cstddef>
#include <optional>

namespace sipml {

/// A row: in state `from`, on event `on`, go to state `to` and do `actions`.
template <typename State, typename On, typename Do>
struct Transition {
  State from;
  On on;
  State to;
  Do actions;
};

/// An enumeration whose enumerators are bits, so that a value of it is a set of actions. Beside the
/// enumeration stands `constexpr bool is_action_set(Do) { return true; }`.
template <typename Set>
concept ActionSet = requires(Set set) {
  is_action_set(set);
};

template <ActionSet Set>
constexpr Set operator|(Set a, Set b) {
  return static_cast<Set>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

/// True when `set` holds `one`.
template <ActionSet Set>
constexpr bool contains(Set set, Set one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

/// The row for this state and event, if the figure draws one; otherwise the event is absorbed.
template <typename Table, typename State, typename On>
constexpr auto find_transition(const Table& table, State from, On on)
    -> std::optional<typename Table::value_type> {
  for (const auto& row : table)
    if (row.from == from && row.on == on) return row;
  return std::nullopt;
}

/// True when no state has two rows for one event.
template <typename Table>
constexpr bool deterministic(const Table& table) {
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t j = i + 1; j < table.size(); ++j)
      if (table[i].from == table[j].from && table[i].on == table[j].on) return false;
  return true;
}

/// True when no row leaves `state`.
template <typename Table, typename State>
constexpr bool is_final(const Table& table, State state) {
  for (const auto& row : table)
    if (row.from == state) return false;
  return true;
}

/// True when every state that a row leaves is `initial` or is entered by some row from another
/// state.
template <typename Table, typename State>
constexpr bool reachable(const Table& table, State initial) {
  for (const auto& row : table) {
    bool found = row.from == initial;
    for (const auto& other : table)
      if (other.to == row.from && other.from != row.from) found = true;
    if (!found) return false;
  }
  return true;
}

}  // namespace sipml
