// Rows of the shared workloads: one-dimensional NumPy files of a row type that the caller knows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <vector>

// The first rows of the file, at most `most`; none where it can not be read.
template <class Row>
std::vector<Row> read_workload(const char* path, std::size_t most) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg()));
  std::uint16_t header = 0;
  file.seekg(8);
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  if (!file) return {};
  std::vector<Row> rows(std::min(most, (size - 10 - header) / sizeof(Row)));
  file.seekg(10 + header);
  file.read(reinterpret_cast<char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(Row)));
  return rows;
}
