ALTER TABLE "connectors" ADD COLUMN "kind" text DEFAULT 'openapi' NOT NULL;--> statement-breakpoint
ALTER TABLE "connectors" ADD COLUMN "upstream" jsonb;--> statement-breakpoint
ALTER TABLE "connectors" ADD CONSTRAINT "connectors_kind" CHECK ("connectors"."kind" in ('openapi', 'mcp'));--> statement-breakpoint
ALTER TABLE "connectors" ADD CONSTRAINT "connectors_upstream" CHECK (("connectors"."kind" = 'mcp') = ("connectors"."upstream" is not null));