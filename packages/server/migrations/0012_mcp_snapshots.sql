CREATE TABLE "mcp_snapshots" (
	"connector_id" text PRIMARY KEY NOT NULL,
	"listed_at" timestamp with time zone,
	"claimed_until" timestamp with time zone,
	"fault" text
);
--> statement-breakpoint
ALTER TABLE "mcp_snapshots" ADD CONSTRAINT "mcp_snapshots_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;