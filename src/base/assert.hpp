/// Invariants: what only a defect of ours can break. Never used for input from outside.
#pragma once

/// Traps when an invariant of this code does not hold; the JavaScript side then refuses the
/// instance.
#define SIPML_ASSERT(condition) ((condition) ? void(0) : __builtin_trap())

/// Marks a parameter whose lifetime bounds the result's, so that clang warns of dangling views.
#if defined(__clang__)
#define SIPML_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define SIPML_LIFETIMEBOUND
#endif
