package io.github.statesignals.redis.durable.store;

import java.util.Locale;

import io.github.statesignals.redis.driver.LuaScript;

import org.springframework.util.StringUtils;

/**
 * The scripts of durable channels. Each changes several keys in one step.
 */
enum StreamScript {

	PUBLISH, ACKNOWLEDGE, ANSWERED("answers"), RECALL("answers"), REGISTER("shared"), LEASE("shared"), RELEASE,
	REMOVE("shared"), TRIM("shared"), STATUS("shared", "answers"), BACKLOG("shared"), RESPONDERS, SETASIDE,
	DEADLETTERS("shared"), REPLAY, REPAIR, PERMISSIONS, PERSISTENCE;

	private final LuaScript script;

	StreamScript(String... shared) {
		this.script = LuaScript.load(StreamScript.class,
				StringUtils.addStringToArray(shared, name().toLowerCase(Locale.ROOT)));
	}

	LuaScript script() {
		return this.script;
	}

}
