#include "base/encoding.h"

#include <gtest/gtest.h>

namespace panduan {
namespace {

struct Case {
  std::string name, bytes, text, encoding;  ///< no encoding: any that gives the text
};
std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }

class Encoding : public ::testing::TestWithParam<Case> {};
TEST_P(Encoding, IsFoundFromTheBytes) {
  const auto decoded = decode_text(GetParam().bytes);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->text, GetParam().text);
  EXPECT_TRUE(GetParam().encoding.empty() || decoded->encoding == GetParam().encoding) << decoded->encoding;
}
INSTANTIATE_TEST_SUITE_P(OfText, Encoding,
                         ::
                             testing::
                                 Values(Case{"Gb",
                                             std::string(
                                                 "\xB4\xF3\xC7\xC5\xC8\xAB\xB3\xA4\xA3\xB8\xA3\xB9\xA3\xB8\xC3\xD7\xA3\xAC\xD3\xC9\xB0\xAC\xB4\xEF\xC9\xE8\xBC\xC6\xA3\xAC\xD3\xDA\xD2\xBB\xBE\xC5\xC8\xFD\xB6\xFE\xC4\xEA\xBF\xAA\xB7\xC5\xA1\xA3",
                                                 48),
                                             "大桥全长８９８米，由艾达设计，于一九三二年开放。", "GB18030"},
                                        Case{
                                            "LongGb",
                                            std::string(
                                                "\xC5\xD0\xB6\xCF\xCA\xC7\xD2\xBB\xB8\xF6\xD7\xD4\xCD\xD0\xB9\xDC\xB5\xC4\xB9\xA4\xD7\xF7\xCC\xA8\xA1\xA3\xCB\xFC\xB5\xC4\xB5\xDA\xD2\xBB\xCF\xEE\xC8\xCE\xCE\xF1\xCA\xC7\xB4\xD3\xCD\xC5\xB6\xD3\xD7\xD4\xBC\xBA\xB5\xC4\xCE\xC4\xB5\xB5\xC0\xEF\xBB\xD8\xB4\xF0\xCE\xCA\xCC\xE2\xA3\xAC\xD2\xFD\xCE\xC4\xD6\xF0\xD7\xD6\xC0\xB4\xD7\xD4\xD4\xAD\xCE\xC4\xA3\xBB\xC3\xBB\xD3\xD0\xD6\xA4\xBE\xDD\xB5\xC4\xCA\xB1\xBA\xF2\xA3\xAC\xCB\xFC\xCB\xB5\xB2\xBB\xD6\xAA\xB5\xC0\xA1\xA3",
                                                116),
                                            "判断是一个自托管的工作台。它的第一项任务是从团队自己的文档里回答问题，引文逐字来自原文；没有证据的时候，它说不知道。",
                                            "GB18030"},
                                        Case{"ShortGb", std::string("\xC5\xD0\xB6\xCF", 4), "判断", "GB18030"},
                                        Case{"RareGb", std::string("\xE9\x46\xDA\x53\xC1\x88\xA3\xAC\xFD\x93", 10), "镕赟翀，龘", "GB18030"},
                                        Case{
                                            "Big5",
                                            std::string(
                                                "\xB3\x6F\xAE\x79\xBE\xF4\xA5\xD1\xA6\xE3\xB9\x46\xB3\x5D\xAD\x70\xA1\x41\xA9\xF3\xA4\x40\xA4\x45\xA4\x54\xA4\x47\xA6\x7E\xB6\x7D\xA9\xF1\xA1\x41\xA5\xFE\xAA\xF8\xA4\x4B\xA6\xCA\xA4\x45\xA4\x51\xA4\x4B\xA4\xBD\xA4\xD8\xA1\x43\xAA\xBE\xC3\xD1\xA4\x77\xB8\x67\xAB\xDC\xAB\x4B\xA9\x79\xA1\x41\xAF\x64\xB5\xB9\xA4\x48\xAA\xBA\xAC\x4F\xA7\x50\xC2\x5F\xBB\x50\xAD\x74\xB3\x64\xA1\x43",
                                                94),
                                            "這座橋由艾達設計，於一九三二年開放，全長八百九十八公尺。知識已經很便宜，留給人的是判斷與負責。", "Big5"},
                                        Case{
                                            "ShiftJis",
                                            std::string(
                                                "\x82\xB1\x82\xCC\x8B\xB4\x82\xCD\x88\xEA\x8B\xE3\x8E\x4F\x93\xF1\x94\x4E\x82\xC9\x8A\x4A\x92\xCA\x82\xB5\x82\xDC\x82\xB5\x82\xBD\x81\x42\x90\xDD\x8C\x76\x8E\xD2\x82\xCD\x83\x47\x83\x43\x83\x5F\x81\x45\x83\x4A\x81\x5B\x83\x93\x82\xC5\x82\xB7\x81\x42\x94\xBB\x92\x66\x82\xCD\x90\x6C\x82\xC9\x8E\x63\x82\xB3\x82\xEA\x82\xC4\x82\xA2\x82\xDC\x82\xB7\x81\x42",
                                                88),
                                            "この橋は一九三二年に開通しました。設計者はエイダ・カーンです。判断は人に残されています。", "Shift_JIS"},
                                        Case{
                                            "EucKr",
                                            std::string(
                                                "\xC0\xCC\x20\xB4\xD9\xB8\xAE\xB4\xC2\x20\x31\x39\x33\x32\xB3\xE2\xBF\xA1\x20\xB0\xB3\xC5\xEB\xB5\xC7\xBE\xFA\xBD\xC0\xB4\xCF\xB4\xD9\x2E\x20\xBC\xB3\xB0\xE8\xC0\xDA\xB4\xC2\x20\xBF\xA1\xC0\xCC\xB4\xD9\x20\xC4\xC1\xC0\xD4\xB4\xCF\xB4\xD9\x2E\x20\xC6\xC7\xB4\xDC\xC0\xBA\x20\xBB\xE7\xB6\xF7\xBF\xA1\xB0\xD4\x20\xB3\xB2\xBE\xC6\x20\xC0\xD6\xBD\xC0\xB4\xCF\xB4\xD9\x2E",
                                                91),
                                            "이 다리는 1932년에 개통되었습니다. 설계자는 에이다 컨입니다. 판단은 사람에게 남아 있습니다.", "EUC-KR"},
                                        Case{
                                            "German",
                                            std::string(
                                                "\x44\x69\x65\x20\x42\x72\xFC\x63\x6B\x65\x20\x77\x75\x72\x64\x65\x20\x76\x6F\x6E\x20\x41\x64\x61\x20\x4D\xFC\x6C\x6C\x65\x72\x20\x65\x6E\x74\x77\x6F\x72\x66\x65\x6E\x20\x75\x6E\x64\x20\x31\x39\x33\x32\x20\x65\x72\xF6\x66\x66\x6E\x65\x74\x2E\x20\x53\x69\x65\x20\x69\x73\x74\x20\x38\x39\x38\x20\x4D\x65\x74\x65\x72\x20\x6C\x61\x6E\x67\x20\x75\x6E\x64\x20\xFC\x62\x65\x72\x73\x70\x61\x6E\x6E\x74\x20\x64\x65\x6E\x20\x67\x72\x6F\xDF\x65\x6E\x20\x46\x6C\x75\x73\x73\x20\x66\xFC\x72\x20\x61\x6C\x6C\x65\x20\x42\xFC\x72\x67\x65\x72\x2E",
                                                132),
                                            "Die Brücke wurde von Ada Müller entworfen und 1932 eröffnet. Sie ist 898 Meter lang und überspannt den großen Fluss für alle Bürger.",
                                            ""},
                                        Case{
                                            "French",
                                            std::string(
                                                "\x4C\x65\x20\x70\x6F\x6E\x74\x20\x61\x20\xE9\x74\xE9\x20\x63\x6F\x6E\xE7\x75\x20\x70\x61\x72\x20\x41\x64\x61\x20\x4B\x65\x72\x6E\x20\x65\x74\x20\x69\x6E\x61\x75\x67\x75\x72\xE9\x20\x65\x6E\x20\x31\x39\x33\x32\x20\x3B\x20\x69\x6C\x20\x6D\x65\x73\x75\x72\x65\x20\x38\x39\x38\x20\x6D\xE8\x74\x72\x65\x73\x20\x65\x74\x20\x74\x72\x61\x76\x65\x72\x73\x65\x20\x6C\x61\x20\x72\x69\x76\x69\xE8\x72\x65\x20\x70\x72\xE8\x73\x20\x64\x65\x20\x6C\x61\x20\x66\x6F\x72\xEA\x74\x2E", 116),
                                            "Le pont a été conçu par Ada Kern et inauguré en 1932 ; il mesure 898 mètres et traverse la rivière près de la forêt.",
                                            ""},
                                        Case{
                                            "Russian",
                                            std::string(
                                                "\xCC\xEE\xF1\xF2\x20\xE1\xFB\xEB\x20\xEE\xF2\xEA\xF0\xFB\xF2\x20\xE2\x20\x31\x39\x33\x32\x20\xE3\xEE\xE4\xF3\x2E\x20\xC5\xE3\xEE\x20\xF1\xEF\xF0\xEE\xE5\xEA\xF2\xE8\xF0\xEE\xE2\xE0\xEB\xE0\x20\xC0\xE4\xE0\x20\xCA\xE5\xF0\xED\x2E\x20\xC7\xED\xE0\xED\xE8\xE5\x20\xF1\xF2\xE0\xEB\xEE\x20\xE4\xE5\xF8\xB8\xE2\xFB\xEC\x2C\x20\xF7\xE5\xEB\xEE\xE2\xE5\xEA\xF3\x20\xEE\xF1\xF2\xE0\xB8\xF2\xF1\xFF\x20\xF1\xF3\xE6\xE4\xE5\xED\xE8\xE5\x2E",
                                                107),
                                            "Мост был открыт в 1932 году. Его спроектировала Ада Керн. Знание стало дешёвым, человеку остаётся суждение.",
                                            "windows-1251"},
                                        Case{
                                            "Utf16",
                                            std::string(
                                                "\xFF\xFE\x27\x59\x65\x68\x68\x51\x7F\x95\x18\xFF\x19\xFF\x18\xFF\x73\x7C\x0C\xFF\x31\x75\x7E\x82\xBE\x8F\xBE\x8B\xA1\x8B\x0C\xFF\x8E\x4E\x00\x4E\x5D\x4E\x09\x4E\x8C\x4E\x74\x5E\x00\x5F\x3E\x65\x02\x30",
                                                50),
                                            "大桥全长８９８米，由艾达设计，于一九三二年开放。", "UTF-16LE"},
                                        Case{
                                            "Utf16Big",
                                            std::string(
                                                "\xFE\xFF\x59\x27\x68\x65\x51\x68\x95\x7F\xFF\x18\xFF\x19\xFF\x18\x7C\x73\xFF\x0C\x75\x31\x82\x7E\x8F\xBE\x8B\xBE\x8B\xA1\xFF\x0C\x4E\x8E\x4E\x00\x4E\x5D\x4E\x09\x4E\x8C\x5E\x74\x5F\x00\x65\x3E\x30\x02",
                                                50),
                                            "大桥全长８９８米，由艾达设计，于一九三二年开放。", "UTF-16BE"},
                                        Case{
                                            "Utf32",
                                            std::string(
                                                "\xFF\xFE\x00\x00\x27\x59\x00\x00\x65\x68\x00\x00\x68\x51\x00\x00\x7F\x95\x00\x00\x18\xFF\x00\x00\x19\xFF\x00\x00\x18\xFF\x00\x00\x73\x7C\x00\x00\x0C\xFF\x00\x00\x31\x75\x00\x00\x7E\x82\x00\x00\xBE\x8F\x00\x00\xBE\x8B\x00\x00\xA1\x8B\x00\x00\x0C\xFF\x00\x00\x8E\x4E\x00\x00\x00\x4E\x00\x00\x5D\x4E\x00\x00\x09\x4E\x00\x00\x8C\x4E\x00\x00\x74\x5E\x00\x00\x00\x5F\x00\x00\x3E\x65\x00\x00\x02\x30\x00\x00",
                                                100),
                                            "大桥全长８９８米，由艾达设计，于一九三二年开放。", "UTF-32LE"}),
                         [](const auto& one) { return one.param.name; });

TEST(DecodeText, Utf8StaysAsItIsButForItsMark) {
  EXPECT_EQ(decode_text("大桥")->text, "大桥");
  EXPECT_EQ(decode_text("大桥")->encoding, "UTF-8");
  EXPECT_EQ(decode_text("\xEF\xBB\xBF大桥")->text, "大桥");
  EXPECT_EQ(decode_text("")->text, "");
}
TEST(DecodeText, DamagedUtf8IsNoOtherEncoding) {
  EXPECT_FALSE(decode_text("大桥全长\xFF米，于一九三二年开放"));
  EXPECT_FALSE(decode_text("\xEF\xBB\xBF大桥全长\xFF米，于一九三二年开放"));
}
TEST(DecodeText, WhatATextDeclaresCountsWhereItFits) {
  EXPECT_EQ(decode_text("\xB3\x6F\xAE\x79", "big5")->text, "這座");
  EXPECT_EQ(decode_text("\x93quoted\x94", "ISO-8859-1")->text, "“quoted”") << "as browsers read it";
  EXPECT_EQ(decode_text("caf\xE9", "utf-16")->text, "café");
  EXPECT_EQ(decode_text("\xC5\xD0\xB6\xCF", "no-such-thing")->text, "判断");
}
/// In units of two bytes, without a mark.
std::string utf16(std::u16string_view text, bool is_big) {
  std::string bytes;
  for (const char16_t unit : text) {
    const auto high = static_cast<char>(unit >> 8U);
    const auto low = static_cast<char>(unit & 0xFFU);
    bytes += is_big ? high : low;
    bytes += is_big ? low : high;
  }
  return bytes;
}
TEST(DecodeText, Utf16IsKnownWithoutItsMark) {
  for (const std::u16string_view text : {u"It was opened in 1932.\n", u"大桥全长898米，一九三二年开放。\n一座桥。\n", u"Größe: 12\n"}) {
    for (const bool is_big : {false, true}) {
      const auto decoded = decode_text(utf16(text, is_big));
      ASSERT_TRUE(decoded);
      EXPECT_EQ(decoded->encoding, is_big ? "UTF-16BE" : "UTF-16LE");
      EXPECT_EQ(decoded->text, decode_text("\xFF\xFE" + utf16(text, false))->text);
    }
  }
}
TEST(DecodeText, BytesWithZerosAreNoUtf16) {
  std::string program(
      "\x7F"
      "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3E\0\x01\0\0\0\x40\x10\0\0\0\0\0\0",
      32);
  EXPECT_EQ(wide_encoding(program), "");
  EXPECT_EQ(wide_encoding(std::string("one\0two\0three\0", 14)), "") << "names, each ended by a zero";
}
TEST(DecodeText, ControlCharactersAreNoText) { EXPECT_FALSE(decode_text("\x01\x02\xFF\x8D\x05")); }
TEST(DecodeText, HalfACharacterIsNoText) {
  EXPECT_FALSE(decode_text(std::string("\xFF\xFE\x27", 3)));
  EXPECT_FALSE(decode_text(std::string("\xFF\xFE\x00\xD8", 4))) << "half of a pair";
}

}  // namespace
}  // namespace panduan
