// What the shared library exports: everything else in it is hidden.
#pragma once

/// Marks a class with functions in the library, and a function outside of classes.
#define TLS12_API __attribute__((visibility("default")))
/// Marks a private part of such a class.
#define TLS12_HIDDEN __attribute__((visibility("hidden")))
