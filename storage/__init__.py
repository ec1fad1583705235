"""The vault: deposits, encryption, S3 objects and fixity of the files of exhibits."""
