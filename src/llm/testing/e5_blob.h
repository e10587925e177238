#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace panduan::llm::testing {

/// The smallest model of the e5 blob's format: 32 dimensions, one layer, six pieces. For test programs only.
class E5Blob {
 public:
  int hidden = 32, layers = 1, heads = 1, ffn = 32, vocabulary = 8, positions = 4, token_types = 2, block = 32;
  float epsilon = 1e-12F;
  std::vector<std::string> pieces{"<s>", "<pad>", "</s>", "<unk>", "\xE2\x96\x81", "a"};
  std::uint32_t version = 1;
  std::string left_out;  // a tensor's name

  std::string bytes() const {
    std::string head = "E5S1";
    put(head, version);
    for (const int value : {hidden, layers, heads, ffn, vocabulary, positions, token_types}) put(head, static_cast<std::int32_t>(value));
    put(head, epsilon);
    put(head, static_cast<std::int32_t>(block));
    put(head, static_cast<std::int32_t>(pieces.size()));
    for (const int id : {0, 2, 1, 3}) put(head, static_cast<std::int32_t>(id));
    std::string text;
    std::vector<std::uint32_t> offsets{0};
    for (const auto& piece : pieces) offsets.push_back(static_cast<std::uint32_t>((text += piece).size()));
    put(head, static_cast<std::uint64_t>(text.size()));
    for (const auto offset : offsets) put(head, offset);
    for (std::size_t i = 0; i < pieces.size(); ++i) put(head, -static_cast<float>(i));
    head += text;
    put(head, std::int32_t{1});
    put(head, std::uint32_t{9});
    put(head, std::uint32_t{0xFF21});
    head += '\1';
    put(head, std::uint32_t{'A'});

    const auto tensors = names();
    put(head, static_cast<std::int32_t>(tensors.size()));
    std::size_t table = 0;
    for (const auto& [name, values] : tensors) table += 2 + name.size() + 1 + 4 + 8 + 8;
    std::uint64_t offset = head.size() + table;
    std::string data;
    for (const auto& [name, values] : tensors) {
      const bool quantised = is_quantised(name);
      const std::uint64_t size = quantised ? values / 32U * 18U : values * 4U;
      put(head, static_cast<std::uint16_t>(name.size()));
      head += name;
      head += quantised ? '\1' : '\0';
      put(head, values);
      put(head, offset + data.size());
      put(head, size);
      data.append(size, static_cast<char>('0' + name.size() % 10));
    }
    return head + data;
  }

 private:
  static bool is_quantised(std::string_view name) {
    return name == "emb.word" || (name[0] == 'l' && name.ends_with(".w") && name.find("ln") == std::string_view::npos);
  }

  std::vector<std::pair<std::string, std::uint32_t>> names() const {
    const auto h = static_cast<std::uint32_t>(hidden);
    const auto f = static_cast<std::uint32_t>(ffn);
    std::vector<std::pair<std::string, std::uint32_t>> all{{"emb.word", static_cast<std::uint32_t>(vocabulary) * h},
                                                           {"emb.pos", static_cast<std::uint32_t>(positions) * h},
                                                           {"emb.type", static_cast<std::uint32_t>(token_types) * h},
                                                           {"emb.ln.w", h},
                                                           {"emb.ln.b", h}};
    for (int layer = 0; layer < layers; ++layer) {
      const std::string prefix = "l" + std::to_string(layer) + ".";
      for (const char* part : {"q", "k", "v", "ao", "fi", "fo"}) {
        const bool wide = part[0] == 'f';
        all.emplace_back(prefix + part + ".w", wide ? h * f : h * h);
        all.emplace_back(prefix + part + ".b", std::string_view(part) == "fi" ? f : h);
      }
      for (const char* part : {"aln", "oln"}) {
        all.emplace_back(prefix + part + ".w", h);
        all.emplace_back(prefix + part + ".b", h);
      }
    }
    std::erase_if(all, [&](const auto& entry) { return entry.first == left_out; });
    return all;
  }

  template <class T>
  static void put(std::string& to, T value) {
    char bytes[sizeof(T)];
    std::memcpy(bytes, &value, sizeof(T));
    to.append(bytes, sizeof(T));
  }
};

}  // namespace panduan::llm::testing
