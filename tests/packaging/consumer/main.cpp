// Uses the installed core library: adds two exact decimals and says whether the sum is right.
#include "decimal/fixed.hpp"

int main() {
  const pytrader::Fixed sum = pytrader::add(pytrader::parse("0.1"), pytrader::parse("0.2"));
  return pytrader::to_text(sum) == "0.3" ? 0 : 1;
}
