// What a Cortex-M3 needs before main(): vectors, the library's own start, and an end that QEMU
// sees.
#include <cstdint>
#include <cstdlib>

extern "C" {
extern uint32_t stack_top;
void initialise_monitor_handles();
void __libc_init_array();
void* __dso_handle = nullptr;
void _init() {}
void _fini() {}
int mkdir(const char*, unsigned) { return -1; }  // GoogleTest would, for its reports
void _exit(int status);
int main(int argc, char** argv);

[[noreturn]] void reset() {
  initialise_monitor_handles();
  __libc_init_array();
  char name[] = "meter_tests";
  char* arguments[] = {name, nullptr};
  std::exit(main(1, arguments));
}

void fault() { _exit(1); }
}

using Vector = void (*)();

__attribute__((section(".vectors"), used)) const Vector kVectors[16] = {
    reinterpret_cast<Vector>(&stack_top), reset, fault, fault, fault, fault, fault};
