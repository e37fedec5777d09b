CREATE TABLE "audit_blocks" (
	"chain" text NOT NULL,
	"seq" bigint NOT NULL,
	"first_id" bigint NOT NULL,
	"last_id" bigint NOT NULL,
	"rows" integer NOT NULL,
	"ids" bigint[],
	"leaves" "bytea",
	"content_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	"sealed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_blocks_chain_seq_pk" PRIMARY KEY("chain","seq")
);
--> statement-breakpoint
CREATE TABLE "audit_marks" (
	"name" text PRIMARY KEY NOT NULL,
	"done_to" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "usage_hours" (
	"org_id" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"action" text NOT NULL,
	"connector" text NOT NULL,
	"tool" text NOT NULL,
	"client_id" text NOT NULL,
	"key_id" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"calls" integer NOT NULL,
	"refused" integer NOT NULL,
	"limited" integer NOT NULL,
	"client_errors" integer NOT NULL,
	"server_errors" integer NOT NULL,
	"failed" integer NOT NULL,
	"durations" integer[] NOT NULL,
	CONSTRAINT "usage_hours_key" PRIMARY KEY("org_id","hour","action","connector","tool","client_id","key_id","actor_kind","actor_id")
);
--> statement-breakpoint
ALTER TABLE "usage_hours" ADD CONSTRAINT "usage_hours_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;