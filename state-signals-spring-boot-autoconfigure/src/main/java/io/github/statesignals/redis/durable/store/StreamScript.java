package io.github.statesignals.redis.durable.store;

import java.util.Locale;

import io.github.statesignals.redis.driver.LuaScript;

import org.springframework.util.StringUtils;

/**
 * The scripts of durable channels. Each changes several keys in one step.
 */
enum StreamScript {

	PUBLISH, ACKNOWLEDGE, ANSWERED, RECALL, REGISTER("ids"), LEASE("ids"), RELEASE, REMOVE, TRIM("ids"), STATUS("ids"),
	BACKLOG("ids"), RESPONDERS, SETASIDE, DEADLETTERS("ids"), REPLAY, REPAIR, PERMISSIONS, PERSISTENCE;

	private final LuaScript script;

	StreamScript(String... shared) {
		this.script = LuaScript.load(StreamScript.class,
				StringUtils.addStringToArray(shared, name().toLowerCase(Locale.ROOT)));
	}

	LuaScript script() {
		return this.script;
	}

}
