//! Where the bytes of files lie: a folder, or a bucket that speaks S3. Both keep what `palimpsest_store::Files` promises.
