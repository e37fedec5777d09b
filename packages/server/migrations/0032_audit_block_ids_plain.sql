-- To compress the ids of what is sealed costs more than the little room that it saves is worth.
ALTER TABLE "audit_blocks" ALTER COLUMN "ids" SET STORAGE EXTERNAL;
