#pragma once
#include <filesystem>
#include <string>

namespace panduan::server {

/// A listening TCP socket's descriptor, owned by the caller. Port 0 takes a free one.
/// Throws Error: Busy (the address is in use), InvalidInput (no such host), Forbidden (a port below 1024).
int listen_on_tcp(const std::string& host, unsigned short port);
unsigned short port_of(int listener);

/// A listening Unix socket that only this user can open; a socket that a dead process left is replaced. The caller owns the
/// descriptor and removes the file. Throws Error: Busy (somebody answers there), InvalidInput (the path is too long or no socket).
int listen_on_unix(const std::filesystem::path& path);
/// Whether the process at the other end runs as the same user.
bool is_same_user(int connection);

}  // namespace panduan::server
