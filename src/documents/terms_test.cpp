#include "documents/terms.h"

#include <gmock/gmock.h>

namespace panduan::documents {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(IndexTerms, KeepsWordsOfSpacedScriptsWholeAndFolded) { EXPECT_THAT(index_terms("The ＡＰＴ-get Straße"), ElementsAre("the", "apt", "get", "strasse")); }
TEST(IndexTerms, CutsChineseIntoOverlappingPairs) { EXPECT_THAT(index_terms("软件包管理"), ElementsAre("软件", "件包", "包管", "管理")); }
TEST(IndexTerms, KeepsASingleChineseCharacter) { EXPECT_THAT(index_terms("第 3 章"), ElementsAre("第", "3", "章")); }
TEST(IndexTerms, SeparatesScriptsThatTouch) { EXPECT_THAT(index_terms("使用apt安装"), ElementsAre("使用", "apt", "安装")); }
TEST(IndexTerms, FindsNothingInPunctuation) { EXPECT_THAT(index_terms("……！？ -- "), IsEmpty()); }

}  // namespace
}  // namespace panduan::documents
