#pragma once

#include "freertos/FreeRTOS.h"

BaseType_t xTaskCreate(void (*run)(void*), const char* name, uint32_t stack_bytes, void* argument,
                       UBaseType_t priority, void** handle);
BaseType_t xTaskCreatePinnedToCore(void (*run)(void*), const char* name, uint32_t stack_bytes,
                                   void* argument, UBaseType_t priority, void** handle, int core);
void vTaskDelay(TickType_t ticks);
