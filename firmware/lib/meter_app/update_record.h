// The order to update, in storage.
#pragma once

#include "update.h"

namespace meter {

// Leaves `record` alone when nothing valid is stored.
void read_update_record(IKeyValue& storage, UpdateRecord& record);
bool write_update_record(IKeyValue& storage, const UpdateRecord& record);

}  // namespace meter
