#include "base/error.h"
#include "cli/commands.h"

namespace panduan::cli {

int run_serve(const Session&) { throw Error(ErrorKind::Unsupported, "serve is being written"); }

}  // namespace panduan::cli
