CREATE TABLE "known_tools" (
	"connector_id" text NOT NULL,
	"tool" text NOT NULL,
	"access" text NOT NULL,
	"waiting_since" timestamp with time zone,
	CONSTRAINT "known_tools_connector_id_tool_pk" PRIMARY KEY("connector_id","tool"),
	CONSTRAINT "known_tools_access" CHECK ("known_tools"."access" in ('read', 'full'))
);
--> statement-breakpoint
CREATE TABLE "tool_approvals" (
	"org_id" text NOT NULL,
	"connector_id" text NOT NULL,
	"tool" text NOT NULL,
	"approved_by" text NOT NULL,
	"approved_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_approvals_org_id_connector_id_tool_pk" PRIMARY KEY("org_id","connector_id","tool")
);
--> statement-breakpoint
CREATE TABLE "tool_rules" (
	"org_id" text NOT NULL,
	"connector_id" text NOT NULL,
	"tool" text NOT NULL,
	"enabled" boolean,
	"access" text,
	"roles" text[],
	"confirmation" text,
	"updated_by" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_rules_org_id_connector_id_tool_pk" PRIMARY KEY("org_id","connector_id","tool"),
	CONSTRAINT "tool_rules_access" CHECK ("tool_rules"."access" in ('read', 'full')),
	CONSTRAINT "tool_rules_roles" CHECK ("tool_rules"."roles" <@ array['owner', 'admin', 'member', 'viewer'] and cardinality("tool_rules"."roles") > 0)
);
--> statement-breakpoint
ALTER TABLE "connectors" ADD COLUMN "new_write_tools" text DEFAULT 'allow' NOT NULL;--> statement-breakpoint
ALTER TABLE "known_tools" ADD CONSTRAINT "known_tools_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_approvals" ADD CONSTRAINT "tool_approvals_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_approvals" ADD CONSTRAINT "tool_approvals_connector_id_tool_known_tools_connector_id_tool_fk" FOREIGN KEY ("connector_id","tool") REFERENCES "public"."known_tools"("connector_id","tool") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_rules" ADD CONSTRAINT "tool_rules_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_rules" ADD CONSTRAINT "tool_rules_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connectors" ADD CONSTRAINT "connectors_new_write_tools" CHECK ("connectors"."new_write_tools" in ('wait', 'allow'));