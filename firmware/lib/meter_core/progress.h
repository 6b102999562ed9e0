// What every byte-fed parser answers. Feeding one byte at a time equals feeding all at once.
#pragma once

namespace meter {

enum class Progress { awaiting, done, error };

}  // namespace meter
