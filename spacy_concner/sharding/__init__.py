"""Work cut into shards: kept in a folder, made by workers, gone on with after a kill."""
