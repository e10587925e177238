#include "documents/ocr/libraries.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"

namespace panduan::documents::ocr {
namespace {

constexpr std::string_view kWhatToInstall =
    "reading text in pictures needs tesseract 5 and its models: install the packages libtesseract5, tesseract-ocr-eng, tesseract-ocr-chi-sim and tesseract-ocr-osd";

// Where distributions keep the models.
constexpr auto kModelFolders = std::to_array<const char*>(
    {"/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata", "/usr/local/share/tessdata"});

class SharedLibrary {
 public:
  explicit SharedLibrary(const char* name) : name_(name), handle_(::dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) throw Error(ErrorKind::Unsupported, fmt::format("{} ({} is missing)", kWhatToInstall, name));
  }
  template <class Function>
  void find(Function& function, const char* name) const {
    function = reinterpret_cast<Function>(::dlsym(handle_, name));
    if (function == nullptr) throw Error(ErrorKind::Unsupported, fmt::format("{} ({} has no {})", kWhatToInstall, name_, name));
  }

 private:
  const char* name_;
  void* handle_;
};

#define PANDUAN_FIND(name) library.find(made.name, #name)

Leptonica load_leptonica() {
  const SharedLibrary library("liblept.so.5");
  Leptonica made;
  PANDUAN_FIND(pixReadMem);
  PANDUAN_FIND(pixReadHeaderMem);
  PANDUAN_FIND(readHeaderMemTiff);
  PANDUAN_FIND(pixReadMemFromMultipageTiff);
  PANDUAN_FIND(pixCreate);
  PANDUAN_FIND(pixDestroy);
  PANDUAN_FIND(pixGetWidth);
  PANDUAN_FIND(pixGetHeight);
  PANDUAN_FIND(pixGetData);
  PANDUAN_FIND(pixGetWpl);
  PANDUAN_FIND(pixGetXRes);
  PANDUAN_FIND(pixEndianByteSwap);
  PANDUAN_FIND(pixRemoveAlpha);
  PANDUAN_FIND(pixConvertTo8);
  PANDUAN_FIND(pixScale);
  PANDUAN_FIND(pixRotateOrth);
  PANDUAN_FIND(pixRotate);
  PANDUAN_FIND(pixFindSkew);
  PANDUAN_FIND(pixThresholdToBinary);
  PANDUAN_FIND(pixOpenBrick);
  PANDUAN_FIND(pixConnComp);
  PANDUAN_FIND(pixSetInRect);
  PANDUAN_FIND(pixCopy);
  PANDUAN_FIND(boxCreate);
  PANDUAN_FIND(boxDestroy);
  PANDUAN_FIND(boxaGetCount);
  PANDUAN_FIND(boxaGetBoxGeometry);
  PANDUAN_FIND(boxaDestroy);
  PANDUAN_FIND(setMsgSeverity);
  made.setMsgSeverity(L_SEVERITY_NONE);
  return made;
}

Tesseract load_tesseract() {
  const SharedLibrary library("libtesseract.so.5");
  Tesseract made;
  PANDUAN_FIND(TessBaseAPICreate);
  PANDUAN_FIND(TessBaseAPIInit2);
  PANDUAN_FIND(TessBaseAPISetVariable);
  PANDUAN_FIND(TessBaseAPISetPageSegMode);
  PANDUAN_FIND(TessBaseAPISetImage2);
  PANDUAN_FIND(TessBaseAPISetSourceResolution);
  PANDUAN_FIND(TessBaseAPISetRectangle);
  PANDUAN_FIND(TessBaseAPIDetectOrientationScript);
  PANDUAN_FIND(TessBaseAPIRecognize);
  PANDUAN_FIND(TessBaseAPIMeanTextConf);
  PANDUAN_FIND(TessBaseAPIGetIterator);
  PANDUAN_FIND(TessResultIteratorGetPageIterator);
  PANDUAN_FIND(TessResultIteratorNext);
  PANDUAN_FIND(TessResultIteratorGetUTF8Text);
  PANDUAN_FIND(TessResultIteratorConfidence);
  PANDUAN_FIND(TessResultIteratorDelete);
  PANDUAN_FIND(TessPageIteratorIsAtBeginningOf);
  PANDUAN_FIND(TessPageIteratorBoundingBox);
  PANDUAN_FIND(TessPageIteratorBaseline);
  PANDUAN_FIND(TessPageIteratorOrientation);
  PANDUAN_FIND(TessDeleteText);
  return made;
}
#undef PANDUAN_FIND

/// Null when its model is not there.
TessBaseAPI* start(const Tesseract& tesseract, const std::string& language, tesseract::OcrEngineMode mode) {
  for (const char* folder : kModelFolders) {
    std::error_code ignored;
    if (!std::filesystem::exists(std::filesystem::path(folder) / (language + ".traineddata"), ignored)) continue;
    TessBaseAPI* engine = tesseract.TessBaseAPICreate();
    if (tesseract.TessBaseAPIInit2(engine, folder, language.c_str(), mode) != 0) continue;
    tesseract.TessBaseAPISetVariable(engine, "debug_file", "/dev/null");
    tesseract.TessBaseAPISetVariable(engine, "tessedit_do_invert", "0");
    return engine;
  }
  return nullptr;
}

Engines load_engines() {
  leptonica();
  Engines made{.functions = load_tesseract()};
  made.english = start(made.functions, "eng", tesseract::OEM_LSTM_ONLY);
  if (made.english == nullptr) throw Error(ErrorKind::Unsupported, fmt::format("{} (there is no eng.traineddata)", kWhatToInstall));
  made.chinese = start(made.functions, "chi_sim", tesseract::OEM_LSTM_ONLY);
  made.orientation = start(made.functions, "osd", tesseract::OEM_TESSERACT_ONLY);
  return made;
}

}  // namespace

std::string what_is_missing() {
  for (const char* name : {"liblept.so.5", "libtesseract.so.5"}) {
    void* handle = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL);
    if (handle == nullptr) return fmt::format("{} ({} is missing)", kWhatToInstall, name);
    ::dlclose(handle);
  }
  for (const char* model : {"eng", "chi_sim", "osd"}) {
    const bool is_there = std::ranges::any_of(kModelFolders, [&](const char* folder) {
      std::error_code ignored;
      return std::filesystem::exists(fmt::format("{}/{}.traineddata", folder, model), ignored);
    });
    if (!is_there) return fmt::format("{} (there is no {}.traineddata)", kWhatToInstall, model);
  }
  return {};
}

const Leptonica& leptonica() {
  static const Leptonica loaded = load_leptonica();
  return loaded;
}

const Engines& engines() {
  static const Engines loaded = load_engines();
  return loaded;
}

}  // namespace panduan::documents::ocr
