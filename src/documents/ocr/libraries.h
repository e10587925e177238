#pragma once
#include <leptonica/allheaders.h>
#include <tesseract/capi.h>

#include <memory>
#include <string>

namespace panduan::documents::ocr {

// The functions of tesseract and leptonica that are called. Both are loaded when a picture is to be read, so that nothing else needs them.
// NOLINTBEGIN(readability-identifier-naming, bugprone-macro-parentheses): each pointer is called as the function that it points to
#define PANDUAN_OCR_FUNCTION(name) decltype(&::name) name = nullptr

struct Leptonica {
  PANDUAN_OCR_FUNCTION(pixReadMem);
  PANDUAN_OCR_FUNCTION(pixReadHeaderMem);
  PANDUAN_OCR_FUNCTION(readHeaderMemTiff);
  PANDUAN_OCR_FUNCTION(pixReadMemFromMultipageTiff);
  PANDUAN_OCR_FUNCTION(pixCreate);
  PANDUAN_OCR_FUNCTION(pixDestroy);
  PANDUAN_OCR_FUNCTION(pixGetWidth);
  PANDUAN_OCR_FUNCTION(pixGetHeight);
  PANDUAN_OCR_FUNCTION(pixGetData);
  PANDUAN_OCR_FUNCTION(pixGetWpl);
  PANDUAN_OCR_FUNCTION(pixGetXRes);
  PANDUAN_OCR_FUNCTION(pixEndianByteSwap);
  PANDUAN_OCR_FUNCTION(pixRemoveAlpha);
  PANDUAN_OCR_FUNCTION(pixConvertTo8);
  PANDUAN_OCR_FUNCTION(pixScale);
  PANDUAN_OCR_FUNCTION(pixRotateOrth);
  PANDUAN_OCR_FUNCTION(pixRotate);
  PANDUAN_OCR_FUNCTION(pixFindSkew);
  PANDUAN_OCR_FUNCTION(pixThresholdToBinary);
  PANDUAN_OCR_FUNCTION(pixOpenBrick);
  PANDUAN_OCR_FUNCTION(pixConnComp);
  PANDUAN_OCR_FUNCTION(pixSetInRect);
  PANDUAN_OCR_FUNCTION(pixCopy);
  PANDUAN_OCR_FUNCTION(boxCreate);
  PANDUAN_OCR_FUNCTION(boxDestroy);
  PANDUAN_OCR_FUNCTION(boxaGetCount);
  PANDUAN_OCR_FUNCTION(boxaGetBoxGeometry);
  PANDUAN_OCR_FUNCTION(boxaDestroy);
  PANDUAN_OCR_FUNCTION(setMsgSeverity);
};

struct Tesseract {
  PANDUAN_OCR_FUNCTION(TessBaseAPICreate);
  PANDUAN_OCR_FUNCTION(TessBaseAPIInit2);
  PANDUAN_OCR_FUNCTION(TessBaseAPISetVariable);
  PANDUAN_OCR_FUNCTION(TessBaseAPISetPageSegMode);
  PANDUAN_OCR_FUNCTION(TessBaseAPISetImage2);
  PANDUAN_OCR_FUNCTION(TessBaseAPISetSourceResolution);
  PANDUAN_OCR_FUNCTION(TessBaseAPISetRectangle);
  PANDUAN_OCR_FUNCTION(TessBaseAPIDetectOrientationScript);
  PANDUAN_OCR_FUNCTION(TessBaseAPIRecognize);
  PANDUAN_OCR_FUNCTION(TessBaseAPIMeanTextConf);
  PANDUAN_OCR_FUNCTION(TessBaseAPIGetIterator);
  PANDUAN_OCR_FUNCTION(TessResultIteratorGetPageIterator);
  PANDUAN_OCR_FUNCTION(TessResultIteratorNext);
  PANDUAN_OCR_FUNCTION(TessResultIteratorGetUTF8Text);
  PANDUAN_OCR_FUNCTION(TessResultIteratorConfidence);
  PANDUAN_OCR_FUNCTION(TessResultIteratorDelete);
  PANDUAN_OCR_FUNCTION(TessPageIteratorIsAtBeginningOf);
  PANDUAN_OCR_FUNCTION(TessPageIteratorBoundingBox);
  PANDUAN_OCR_FUNCTION(TessPageIteratorBaseline);
  PANDUAN_OCR_FUNCTION(TessPageIteratorOrientation);
  PANDUAN_OCR_FUNCTION(TessDeleteText);
};
#undef PANDUAN_OCR_FUNCTION
// NOLINTEND(readability-identifier-naming, bugprone-macro-parentheses)

/// Loads leptonica at the first call. Throws Error{Unsupported} with what to install.
const Leptonica& leptonica();

/// Tesseract with its models read: they are files, and out of reach in a sandbox.
struct Engines {
  Tesseract functions;
  TessBaseAPI* orientation = nullptr;  ///< null: the model is not installed, and pages are taken to stand upright
  TessBaseAPI* english = nullptr;
  TessBaseAPI* chinese = nullptr;  ///< null: the model is not installed
};
/// The same. Lives as long as the process.
const Engines& engines();

/// What is missing of all that, in words for a person; empty: nothing. Loads nothing into this process that stays.
std::string what_is_missing();

struct PixDeleter {
  void operator()(Pix* pix) const { leptonica().pixDestroy(&pix); }
};
using Picture = std::unique_ptr<Pix, PixDeleter>;

}  // namespace panduan::documents::ocr
