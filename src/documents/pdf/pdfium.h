#pragma once
#include <cstddef>

// PDFium's functions as its public documentation (fpdfview.h, fpdf_text.h, fpdf_edit.h, fpdf_doc.h, fpdf_transformpage.h) gives them: only those that are
// called. The library comes without headers, and is loaded from this binary's own data.

namespace panduan::documents::pdf {

using Document = struct DocumentHandle*;
using PageHandle = struct PageHandleOf*;
using TextPage = struct TextPageHandle*;
using Object = struct ObjectHandle*;
using ClipPath = struct ClipPathHandle*;
using Segment = struct SegmentHandle*;
using Bookmark = struct BookmarkHandle*;
using Destination = struct DestinationHandle*;
using Bitmap = struct BitmapHandle*;

/// PDF's own coordinates: top lies above bottom.
struct Rectangle {
  float left = 0, top = 0, right = 0, bottom = 0;
};
/// x' = a x + c y + e, y' = b x + d y + f.
struct Matrix {
  float a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
};
struct LibraryConfig {
  int version = 2;
  const char** font_paths = nullptr;
  void* isolate = nullptr;
  unsigned embedder_slot = 0;
};

enum ObjectType { kTextObject = 1, kPathObject = 2, kImageObject = 3, kShadingObject = 4, kFormObject = 5 };
enum RenderMode { kFill = 0, kStroke = 1, kFillAndStroke = 2, kInvisible = 3, kClip = 7 };
enum SegmentType { kLineTo = 0, kBezierTo = 1, kMoveTo = 2 };
enum LoadFailure { kFileFailure = 2, kFormatFailure = 3, kPasswordFailure = 4, kSecurityFailure = 5 };
inline constexpr int kGreyBitmap = 1;
inline constexpr int kRenderAnnotations = 0x01, kRenderGrey = 0x08;

struct Library {
  void (*init)(const LibraryConfig*);
  Document (*load_document)(const void* bytes, std::size_t size, const char* password);
  void (*close_document)(Document);
  unsigned long (*last_error)();
  int (*page_count)(Document);
  Bookmark (*first_bookmark)(Document, Bookmark parent);  ///< null parent: of the whole
  Bookmark (*next_bookmark)(Document, Bookmark);
  unsigned long (*bookmark_title)(Bookmark, void* utf16, unsigned long bytes);
  Destination (*bookmark_destination)(Document, Bookmark);
  int (*destination_page)(Document, Destination);  ///< index; -1: none
  unsigned long (*meta_text)(Document, const char* tag, void* utf16, unsigned long bytes);
  unsigned long (*page_label)(Document, int page, void* utf16, unsigned long bytes);

  PageHandle (*load_page)(Document, int page);
  void (*close_page)(PageHandle);
  int (*page_bounding_box)(PageHandle, Rectangle*);
  int (*page_rotation)(PageHandle);  ///< quarter turns clockwise
  int (*count_objects)(PageHandle);
  Object (*object)(PageHandle, int);
  int (*count_form_objects)(Object);
  Object (*form_object)(Object, unsigned long);

  int (*type)(Object);
  int (*bounds)(Object, float* left, float* bottom, float* right, float* top);
  int (*matrix)(Object, Matrix*);
  int (*fill_colour)(Object, unsigned* red, unsigned* green, unsigned* blue, unsigned* alpha);
  int (*stroke_colour)(Object, unsigned* red, unsigned* green, unsigned* blue, unsigned* alpha);
  int (*stroke_width)(Object, float*);
  ClipPath (*clip_path)(Object);
  int (*count_clip_paths)(ClipPath);
  int (*count_clip_segments)(ClipPath, int path);
  Segment (*clip_segment)(ClipPath, int path, int segment);
  int (*draw_mode)(Object, int* fill, int* stroke);
  int (*count_segments)(Object);
  Segment (*segment)(Object, int);
  int (*segment_point)(Segment, float* x, float* y);
  int (*segment_type)(Segment);
  int (*segment_closes)(Segment);
  int (*render_mode)(Object);
  int (*image_size)(Object, unsigned* width, unsigned* height);  ///< pixels
  unsigned long (*image_data)(Object, void* buffer, unsigned long bytes);  ///< as it is packed; how many bytes there are

  TextPage (*load_text)(PageHandle);
  void (*close_text)(TextPage);
  int (*count_characters)(TextPage);
  unsigned (*unicode)(TextPage, int);
  int (*is_generated)(TextPage, int);
  double (*font_size)(TextPage, int);
  int (*character_matrix)(TextPage, int, Matrix*);
  unsigned long (*font_name)(TextPage, int, void* utf8, unsigned long bytes, int* flags);
  int (*loose_box)(TextPage, int, Rectangle*);
  int (*tight_box)(TextPage, int, double* left, double* right, double* bottom, double* top);
  int (*origin)(TextPage, int, double* x, double* y);
  Object (*text_object)(TextPage, int);

  Bitmap (*create_bitmap)(int width, int height, int format, void* pixels, int stride);
  void (*destroy_bitmap)(Bitmap);
  int (*fill_bitmap)(Bitmap, int left, int top, int width, int height, unsigned long colour);
  void (*render)(Bitmap, PageHandle, int left, int top, int width, int height, int rotation, int flags);
};

/// Loads and initialises the library at the first call, which has to come before a sandbox is entered. Throws Error{Internal} when that fails.
const Library& library();

}  // namespace panduan::documents::pdf
