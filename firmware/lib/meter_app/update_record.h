// The order to update, in storage.
#pragma once

#include "update.h"

namespace meter {

// Leaves `record` alone when nothing valid is stored.
void read_update_record(TwinRecord& stored, UpdateRecord& record);
bool write_update_record(TwinRecord& stored, const UpdateRecord& record);

}  // namespace meter
