"""Work that outlives the page, the browser and the process: durable jobs on DBOS Transact. Knows of no programme."""
