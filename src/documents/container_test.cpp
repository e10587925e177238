#include "documents/container.h"

#include <gmock/gmock.h>

#include <random>

#include "base/file.h"
#include "documents/detail/container_reader.h"
#include "documents/testing/test_support.h"

// Against files of other writers, and files that were made to attack: tests/data/containers/make-samples.
namespace panduan::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string bytes_of(const std::string& name) { return read_file(std::filesystem::path(PANDUAN_TEST_DATA) / "containers" / name, 64U << 20U); }

ContainerBatch batch_of(const std::string& name, const ContainerCursor& cursor = {}, const ContainerLimits& limits = {}) {
  return read_members(name, bytes_of(name), cursor, 1, limits);
}

/// "path: what is in it", or "path! why not".
std::vector<std::string> members_of(const ContainerBatch& batch) {
  std::vector<std::string> said;
  for (const ContainerMember& member : batch.members)
    said.push_back(member.problem.empty() ? member.path + ": " + member.bytes : member.path + "! " + member.problem);
  return said;
}
std::vector<std::string> members_of(const std::string& name) {
  const ContainerBatch batch = batch_of(name);
  EXPECT_EQ(batch.problem, "");
  EXPECT_FALSE(batch.next);
  return members_of(batch);
}

Error error_of(const std::string& name, std::string_view bytes, int depth = 1) {
  try {
    read_members(name, bytes, {}, depth);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::Internal, "nothing was thrown"};
}

TEST(Container, IsKnownByItsNameOrElseByItsBytes) {
  for (const char* name : {"a.zip", "A.ZIP", "b.tar", "b.tar.gz", "b.tgz", "b.tar.bz2", "b.tar.xz", "b.tar.zst", "c.eml", "c.mbox"})
    EXPECT_TRUE(is_container(name, "")) << name;
  EXPECT_TRUE(is_container("archive", bytes_of("folder.zip")));
  EXPECT_TRUE(is_container("archive", bytes_of("folder.tar")));
  EXPECT_FALSE(is_container("a.docx", bytes_of("folder.zip"))) << "a loader knows it";
  EXPECT_FALSE(is_container("a.txt", "text"));
  EXPECT_FALSE(is_container(".zip", ""));
}
TEST(Container, AnArchiveIsReadLikeAFolder) {
  for (const std::string name : {"folder.zip", "folder.tar", "folder.tar.gz", "folder.tar.bz2", "folder.tar.xz", "folder.tar.zst"}) {
    EXPECT_THAT(members_of(name), ElementsAre("report/q3.md: # Q3\n\nSteel cost 2.1 million.\n", "说明/桥.txt: 大桥全长898米。\n", "data.csv: a,b\n1,2\n"))
        << name << ": hidden files and those of no format are left out";
  }
}
TEST(Container, NamesInOtherEncodingsAndWithBackslashesAreRead) {
  EXPECT_THAT(members_of("names.zip"), ElementsAre("报告/桥.txt: 大桥全长898米。\n", "dir/w1.md: # Win\n"));
}
TEST(Container, WhatIsMemberOfAnotherIsAMemberLikeOthers) { EXPECT_EQ(batch_of("nested.zip").members.at(0).path, "inner.zip"); }

TEST(Container, PathsThatLeadOutAndWhatIsNoFileHaveTheirReason) {
  const auto members = members_of("hostile.tar");
  ASSERT_EQ(members.size(), 9U);
  EXPECT_THAT(members[0], HasSubstr("../../escape.txt! its path leads out"));
  EXPECT_THAT(members[1], HasSubstr("/etc/absolute.txt! its path leads out"));
  EXPECT_THAT(members[2], HasSubstr("link.txt! a link"));
  EXPECT_THAT(members[3], HasSubstr("hard.txt! a link"));
  EXPECT_THAT(members[4], HasSubstr("pipe.txt! a device"));
  EXPECT_THAT(members[5], HasSubstr("disk.txt! a device"));
  EXPECT_EQ(members[6], "good.txt: First.\n");
  EXPECT_THAT(members[7], HasSubstr("good.txt! another file of this name"));
  EXPECT_EQ(members[8], "sub/other.txt: Other.\n");
  EXPECT_THAT(members_of("paths.zip"), ElementsAre(HasSubstr("! its path"), HasSubstr("! its path"), HasSubstr("! its path"), "good.txt: Seen.\n"));
}
TEST(Container, AMemberWithAPasswordIsNamedAndTheRestGoesOn) {
  EXPECT_THAT(members_of("password.zip"), ElementsAre("open.txt: Open.\n", HasSubstr("secret.txt! it has a password"), "later.txt: Later.\n"));
}
TEST(Container, ABombEndsWhereItIsTooMuch) {
  const ContainerBatch batch = batch_of("bomb.zip");
  EXPECT_THAT(batch.problem, HasSubstr("made to fill a disk"));
  EXPECT_FALSE(batch.next);
  EXPECT_LE(batch.members.size(), 2U);
  EXPECT_THAT(batch_of("folder.tar.gz", {}, {.max_total_bytes = 3000}).problem, HasSubstr("unpacks to more than"));
}
TEST(Container, WhatIsCutOffGivesWhatStoodBefore) {
  const ContainerBatch batch = batch_of("cut-off.tar");
  ASSERT_EQ(batch.members.size(), 2U);
  EXPECT_EQ(batch.members[0].bytes, "One.\n");
  EXPECT_THAT(batch.members[1].problem, HasSubstr("broken"));
  EXPECT_NE(error_of("a.zip", "").kind(), ErrorKind::Internal);
  EXPECT_EQ(error_of("a.zip", "no archive").kind(), ErrorKind::Corrupt);
  EXPECT_EQ(error_of("a.tar.gz", "\x1F\x8B no archive").kind(), ErrorKind::Corrupt);
}
TEST(Container, ItComesInBatchesOfBoundedSize) {
  for (const std::string name : {"folder.zip", "folder.tar.gz", "report.eml", "box.mbox"}) {
    const auto whole = members_of(name);
    std::vector<std::string> pieces;
    std::optional<ContainerCursor> cursor = ContainerCursor{};
    for (int calls = 0; cursor && calls < 20; ++calls) {
      const ContainerBatch batch = batch_of(name, *cursor, {.batch_bytes = 1});
      EXPECT_LE(batch.members.size(), 1U);
      for (auto& member : members_of(batch)) pieces.push_back(std::move(member));
      cursor = batch.next;
    }
    EXPECT_EQ(pieces, whole) << name;
  }
}
TEST(Container, LimitsHold) {
  EXPECT_THAT(batch_of("folder.zip", {}, {.max_members = 2}).problem, HasSubstr("more than 2 files"));
  EXPECT_THAT(members_of(batch_of("folder.zip", {}, {.max_member_bytes = 10})),
              ElementsAre(HasSubstr("report/q3.md! it has more than"), HasSubstr("桥.txt! it has more than"), "data.csv: a,b\n1,2\n"));
  EXPECT_EQ(error_of("nested.zip", bytes_of("nested.zip"), kMaxContainerDepth + 1).kind(), ErrorKind::TooLarge);
}
TEST(Container, TheAttachmentsOfAMessageAreItsMembers) {
  const ContainerBatch batch = batch_of("report.eml");
  ASSERT_EQ(batch.members.size(), 4U);
  EXPECT_EQ(members_of(batch)[0], "成本.csv: a,b\n1,2\n");
  EXPECT_EQ(members_of(batch)[1], "note.md: # One\n");
  EXPECT_EQ(members_of(batch)[2], "note (2).md: # Two\n");
  EXPECT_EQ(batch.members[3].path, "message.eml");
  EXPECT_THAT(load_document("message.eml", batch.members[3].bytes).text, HasSubstr("It was 1932."));
}
TEST(Container, AMailboxHoldsItsMessages) {
  const ContainerBatch batch = batch_of("box.mbox");
  ASSERT_EQ(batch.members.size(), 2U);
  EXPECT_EQ(batch.members[0].path, "message-00001.eml");
  EXPECT_THAT(load_document("a.eml", batch.members[0].bytes).text, HasSubstr("First.\n\n>From here on."));
  EXPECT_EQ(load_document("a.eml", batch.members[1].bytes).title, "Two");
}
TEST(Container, WhateverAWorkerSaysIsABatchOrRefused) {
  const std::string good = detail::to_wire(batch_of("hostile.tar"));
  EXPECT_EQ(detail::batch_from_wire(good).members.size(), 9U);
  std::mt19937 random(5);
  std::size_t refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::string wire = good;
    for (std::size_t change = 0; change <= random() % 3; ++change) wire[random() % wire.size()] = static_cast<char>(random());
    try {
      for (const ContainerMember& member : detail::batch_from_wire(wire).members) {
        ASSERT_TRUE(!member.problem.empty() || member.path == detail::safe_path(member.path));
      }
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1'000U);
}

TEST(SafePath, IsBelowTheContainerOrEmpty) {
  EXPECT_EQ(detail::safe_path("./a//b/./c.txt"), "a/b/c.txt");
  for (const char* out : {"/a", "..", "a/../b", "a/..", "C:/a", "c:a", "\\\\host\\a", "..\\a", "a\nb", "", ".", "./"})
    EXPECT_EQ(detail::safe_path(out), "") << out;
  EXPECT_EQ(detail::safe_path(std::string(2000, 'a')), "");
  EXPECT_EQ(detail::safe_path("a..b/...c"), "a..b/...c");
}

ParsedDocument mail(const std::string& name) {
  ParsedDocument document = load_document(name, bytes_of(name));
  expect_sound(document);
  return document;
}
TEST(MailLoader, AMessageIsItsSubjectItsPeopleAndItsText) {
  const ParsedDocument document = mail("report.eml");
  EXPECT_EQ(
      document.text,
      "大桥的成本：第三季度报告 and a subject that is so long that it has to be folded\n\nFrom: Ada Kern <ada@kern.example>\nTo: Bo <bo@kern.example>\n"
      "Date: Fri, 02 Jan 2026 03:04:06 +0000\n\nHello Bo,\n\nsteel cost 2.1 million, see below.\n\n> What did it cost?\n\nAttachments: 成本.csv, logo.none, note.md, "
      "note (2).md, message.eml");
  EXPECT_EQ(document.headings.size(), 1U);
  EXPECT_TRUE(document.title.starts_with("大桥的成本"));
}
TEST(MailLoader, HtmlIsReadWhereThereIsNoText) { EXPECT_TRUE(mail("html.eml").text.ends_with("\n\nGrüße aus Kern.")); }
TEST(MailLoader, OtherEncodingsAreRead) { EXPECT_EQ(mail("gbk.eml").text, "大桥报告\n\nFrom: 王 <w@kern.example>\n\n这座大桥全长898米。"); }
TEST(MailLoader, WhatIsNoMessageIsRefused) {
  EXPECT_THAT(load_error("a.eml", "Just a text.\n").what(), HasSubstr("it is no e-mail"));
  EXPECT_THAT(load_error("a.eml", std::string(10'000, '\0')).what(), HasSubstr("it is no e-mail"));
}

}  // namespace
}  // namespace panduan::documents
