#include "documents/pdf/pdfium.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "documents/pdfium_library.h"

namespace panduan::documents::pdf {
namespace {

/// The library's bytes as a file that has no name, for dlopen reads files only.
void* open_embedded_library() {
  const int memory = ::memfd_create("pdfium", MFD_CLOEXEC);
  if (memory < 0) throw error_from_errno(errno, "cannot make room for PDFium");
  for (std::string_view rest = libpdfium_so; !rest.empty();) {
    const ssize_t written = ::write(memory, rest.data(), rest.size());
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EINTR) throw error_from_errno(errno, "cannot make room for PDFium");
  }
  void* handle = ::dlopen(fmt::format("/proc/self/fd/{}", memory).c_str(), RTLD_NOW | RTLD_LOCAL);
  const char* reason = handle == nullptr ? ::dlerror() : nullptr;
  const std::string message = reason != nullptr ? reason : "";
  ::close(memory);
  if (handle == nullptr) throw Error(ErrorKind::Internal, fmt::format("PDFium cannot be loaded ({}): is /proc there?", message));
  return handle;
}

template <class Function>
void find(void* handle, Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(::dlsym(handle, name));
  if (function == nullptr) throw Error(ErrorKind::Internal, fmt::format("PDFium has no function '{}': build with the pinned version (tools/setup)", name));
}

void find_document_functions(void* handle, Library& made) {
  find(handle, made.init, "FPDF_InitLibraryWithConfig");
  find(handle, made.load_document, "FPDF_LoadMemDocument64");
  find(handle, made.close_document, "FPDF_CloseDocument");
  find(handle, made.last_error, "FPDF_GetLastError");
  find(handle, made.page_count, "FPDF_GetPageCount");
  find(handle, made.first_bookmark, "FPDFBookmark_GetFirstChild");
  find(handle, made.next_bookmark, "FPDFBookmark_GetNextSibling");
  find(handle, made.bookmark_title, "FPDFBookmark_GetTitle");
  find(handle, made.bookmark_destination, "FPDFBookmark_GetDest");
  find(handle, made.destination_page, "FPDFDest_GetDestPageIndex");
  find(handle, made.meta_text, "FPDF_GetMetaText");
  find(handle, made.page_label, "FPDF_GetPageLabel");
  find(handle, made.load_page, "FPDF_LoadPage");
  find(handle, made.close_page, "FPDF_ClosePage");
  find(handle, made.page_bounding_box, "FPDF_GetPageBoundingBox");
  find(handle, made.page_rotation, "FPDFPage_GetRotation");
  find(handle, made.create_bitmap, "FPDFBitmap_CreateEx");
  find(handle, made.destroy_bitmap, "FPDFBitmap_Destroy");
  find(handle, made.fill_bitmap, "FPDFBitmap_FillRect");
  find(handle, made.render, "FPDF_RenderPageBitmap");
}

void find_object_functions(void* handle, Library& made) {
  find(handle, made.count_objects, "FPDFPage_CountObjects");
  find(handle, made.object, "FPDFPage_GetObject");
  find(handle, made.count_form_objects, "FPDFFormObj_CountObjects");
  find(handle, made.form_object, "FPDFFormObj_GetObject");
  find(handle, made.type, "FPDFPageObj_GetType");
  find(handle, made.image_size, "FPDFImageObj_GetImagePixelSize");
  find(handle, made.image_data, "FPDFImageObj_GetImageDataRaw");
  find(handle, made.bounds, "FPDFPageObj_GetBounds");
  find(handle, made.matrix, "FPDFPageObj_GetMatrix");
  find(handle, made.fill_colour, "FPDFPageObj_GetFillColor");
  find(handle, made.stroke_colour, "FPDFPageObj_GetStrokeColor");
  find(handle, made.stroke_width, "FPDFPageObj_GetStrokeWidth");
  find(handle, made.clip_path, "FPDFPageObj_GetClipPath");
  find(handle, made.count_clip_paths, "FPDFClipPath_CountPaths");
  find(handle, made.count_clip_segments, "FPDFClipPath_CountPathSegments");
  find(handle, made.clip_segment, "FPDFClipPath_GetPathSegment");
  find(handle, made.draw_mode, "FPDFPath_GetDrawMode");
  find(handle, made.count_segments, "FPDFPath_CountSegments");
  find(handle, made.segment, "FPDFPath_GetPathSegment");
  find(handle, made.segment_point, "FPDFPathSegment_GetPoint");
  find(handle, made.segment_type, "FPDFPathSegment_GetType");
  find(handle, made.segment_closes, "FPDFPathSegment_GetClose");
  find(handle, made.render_mode, "FPDFTextObj_GetTextRenderMode");
}

void find_text_functions(void* handle, Library& made) {
  find(handle, made.load_text, "FPDFText_LoadPage");
  find(handle, made.close_text, "FPDFText_ClosePage");
  find(handle, made.count_characters, "FPDFText_CountChars");
  find(handle, made.unicode, "FPDFText_GetUnicode");
  find(handle, made.is_generated, "FPDFText_IsGenerated");
  find(handle, made.font_size, "FPDFText_GetFontSize");
  find(handle, made.character_matrix, "FPDFText_GetMatrix");
  find(handle, made.font_name, "FPDFText_GetFontInfo");
  find(handle, made.loose_box, "FPDFText_GetLooseCharBox");
  find(handle, made.tight_box, "FPDFText_GetCharBox");
  find(handle, made.origin, "FPDFText_GetCharOrigin");
  find(handle, made.text_object, "FPDFText_GetTextObject");
}

Library load() {
  void* handle = open_embedded_library();
  Library made{};
  find_document_functions(handle, made);
  find_object_functions(handle, made);
  find_text_functions(handle, made);
  static const char* no_fonts = nullptr;  // the end of a list: none of the system's is looked for
  const LibraryConfig config{.font_paths = &no_fonts};
  made.init(&config);
  return made;
}

}  // namespace

const Library& library() {
  static const Library loaded = load();
  return loaded;
}

}  // namespace panduan::documents::pdf
