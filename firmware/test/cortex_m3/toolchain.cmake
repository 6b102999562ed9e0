# The core on an emulated Cortex-M3: 32 bits, no operating system, newlib with semihosting.
#   cmake -S firmware -B firmware/build-m3 -DCMAKE_TOOLCHAIN_FILE=test/cortex_m3/toolchain.cmake -DMETER_PORTABLE=ON
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR cortex-m3)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_CXX_FLAGS_INIT
    "-mcpu=cortex-m3 -mthumb -ffunction-sections -fdata-sections -fno-exceptions -fno-rtti")
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "--specs=rdimon.specs -nostartfiles -Wl,--gc-sections -T ${CMAKE_CURRENT_LIST_DIR}/link.ld")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-system-arm -M mps2-an385 -nographic -monitor none
    -serial none -semihosting-config enable=on,target=native -kernel)
