// Start-up of every command, and its last line when memory ran out.
#pragma once

namespace tls12::tool {

/// Makes the descriptors 0 to 2 exist, so that no socket or file becomes standard input, output or
/// error. One that was closed reads as empty, and cannot be written. False: that is not possible.
bool open_standard_descriptors();

/// Ends the program with a line of reason, and not by abort(), where an exception cannot be caught:
/// in a destructor, or without memory for the exception itself.
void report_uncaught_exceptions();

/// Writes one line without asking for memory. Returns the exit code.
int out_of_memory() noexcept;

}  // namespace tls12::tool
