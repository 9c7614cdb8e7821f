package io.github.statesignals.core.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.statesignals.Response;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResult;
import io.github.statesignals.SignalSpec;
import io.github.statesignals.core.EngineSettings;
import io.github.statesignals.core.EngineSettings.Extensions;
import io.github.statesignals.core.EngineSettings.Unhandled;
import io.github.statesignals.core.LeaveSeal;
import io.github.statesignals.core.SilentListener;
import io.github.statesignals.core.engine.TruthSituation.Kind;
import io.github.statesignals.core.engine.TruthSituation.Member;
import io.github.statesignals.core.engine.TruthSituation.Publish;
import io.github.statesignals.core.engine.TruthSituation.Rule;
import io.github.statesignals.core.engine.TruthSituation.Step;
import io.github.statesignals.transport.ResponseExtension;
import io.github.statesignals.transport.SignalTransport;

/**
 * Lets a situation take place.
 */
final class TruthRun {

	/**
	 * The time at which all disturbances have ended, and probes because of them.
	 */
	private static final int SETTLED = TruthSituation.END * 2 + TruthSituation.PROBE_AFTER * 5;

	private static final int LOOK = 1_000;

	/**
	 * A publish that finds the responders that are gone.
	 */
	private static final Publish SWEEP = new Publish(SETTLED, "a", TruthSituation.PROBE_AFTER * 6, Rule.ALL, List.of());

	private static final Publish LAST = new Publish(SETTLED, "a", 500, Rule.ALL, List.of());

	static final String FORGED_ADDRESS = "nowhere";

	static final String LEGACY_SUBSCRIBER = "legacy-subscriber";

	private static final String SUBSCRIBER = "subscriber";

	private final List<TruthMember> members = new ArrayList<>();

	private final List<Published> published = new ArrayList<>();

	private final List<SignalEngine> engines = new ArrayList<>();

	private final TruthSituation situation;

	private final TruthEnvironment environment;

	private final TruthOracle oracle;

	private final TruthWire exporterWire;

	private final SignalEngine exporterEngine;

	private final SignalExporter exporter;

	private final SignalTransport forger;

	private final Set<String> forged = new HashSet<>();

	private final Set<String> contested = new HashSet<>();

	private volatile boolean over;

	/**
	 * Creates a run, and schedules its steps.
	 * @param situation the situation
	 * @param environment where it takes place
	 */
	TruthRun(TruthSituation situation, TruthEnvironment environment) {
		this.situation = situation;
		this.environment = environment;
		this.oracle = new TruthOracle(environment.timer());
		this.exporterWire = new TruthWire(environment.createTransport(), this.oracle, environment.timer(), true);
		this.exporterEngine = createEngine(this.exporterWire, Extensions.NEGOTIATED, false);
		this.exporter = this.exporterEngine.create("conductor", environment.channel());
		this.forger = new TruthWire(environment.createTransport(), this.oracle, environment.timer(), false);
		this.forger.open(environment.channel());
	}

	void begin() {
		this.forger.start(new SilentListener());
		for (Member member : this.situation.members()) {
			if (member.kind() == Kind.OWN) {
				join(member);
			}
		}
		this.exporterEngine.start();
		for (Member member : this.situation.members()) {
			if (member.kind() != Kind.OWN) {
				at(member.joins(), () -> join(member));
			}
		}
		at(10, () -> this.exporter.initialize("a", "b"));
		this.situation.steps().forEach((step) -> at(step.at(), () -> take(step)));
		this.situation.publishes().forEach((publish) -> at(publish.at(), () -> publish(publish)));
		at(SETTLED, this::goOn);
	}

	// A publish may be queued behind others.
	private void goOn() {
		if (this.published.stream().allMatch((each) -> each.result().isDone())) {
			int further = this.published.size() - this.situation.publishes().size();
			if (further == 2) {
				this.over = true;
				return;
			}
			publish((further == 0) ? SWEEP : LAST);
		}
		at(LOOK, this::goOn);
	}

	boolean isOver() {
		return this.over;
	}

	private void at(int units, Runnable task) {
		this.environment.timer().schedule(duration(units), task);
	}

	private Duration duration(int units) {
		return this.environment.unit().multipliedBy(units);
	}

	private SignalEngine createEngine(SignalTransport wire, Extensions extensions, boolean rejects) {
		SignalEngine engine = this.environment.createEngine(wire,
				new EngineSettings(this.environment.channel(), extensions,
						new EngineSettings.Exporters("host", List.of(), Duration.ofSeconds(1), Duration.ofSeconds(20),
								this.situation.evictAfterMissed(), duration(TruthSituation.PROBE_AFTER), 1_000),
						new EngineSettings.Responders("app", true, rejects ? Unhandled.REJECT : Unhandled.ACKNOWLEDGE,
								EngineSettings.Expired.REJECT, null, null, true, 1_000, 10_000),
						Duration.ZERO));
		this.engines.add(engine);
		return engine;
	}

	private TruthMember join(Member member) {
		boolean own = member.kind() == Kind.OWN;
		TruthWire wire = own ? this.exporterWire
				: new TruthWire(this.environment.createTransport(), this.oracle, this.environment.timer(), false);
		SignalEngine engine = own ? this.exporterEngine : createEngine(wire,
				(member.kind() == Kind.LEGACY) ? Extensions.OFF : Extensions.NEGOTIATED, member.rejects());
		TruthMember joined = new TruthMember(member, this.members.size(), engine, wire, this.environment.channel());
		this.members.add(joined);
		joined.addHandlers(this.oracle, this.environment.timer(), this.environment.unit());
		if (!own) {
			engine.start();
		}
		return joined;
	}

	private void take(Step step) {
		long now = this.environment.timer().nanoTime();
		switch (step.action()) {
			case FORGE_SUBSCRIBER -> forgeSubscription(SUBSCRIBER, subscription(LeaveSeal.create()));
			case FORGE_LEGACY_SUBSCRIBER -> forgeSubscription(LEGACY_SUBSCRIBER, null);
			case CONFIRM_LATE -> {
				this.exporterWire.confirmLate(TruthWire.Sending.values()[1 + step.noticed()]);
				at(step.unnoticed(), this.exporterWire::confirm);
			}
			case LOSE_SUBSCRIPTION -> lose(wire(step), step);
			case HOLD -> {
				TruthWire held = wire(step);
				if (held != null && held.hold()) {
					at(step.unnoticed(), held::release);
				}
			}
			default -> {
				TruthMember member = member(step);
				if (member != null) {
					take(step, member, now);
				}
			}
		}
	}

	private void take(Step step, TruthMember member, long now) {
		LeaveSeal forged = LeaveSeal.create();
		switch (step.action()) {
			case KILL -> member.kill();
			case RESTART -> {
				if (member.kind() != Kind.OWN) {
					join(member.member());
				}
			}
			case STOP -> member.stop(now);
			case START -> member.start();
			case REMOVE_HANDLERS -> member.removeHandlers(now);
			case LOCK -> member.lock();
			case UNLOCK -> member.unlock();
			case FORGE_LEAVE -> forgeLeave(member.id(), ResponseExtension.UNDERSTOOD);
			case FORGE_KEY -> forgeLeave(member.id(), new ResponseExtension(null, null, null, forged.key(), null));
			case FORGE_SUBSCRIPTION -> {
				forgeSubscription(member.id(), subscription(forged));
			}
			case FORGE_SUBSCRIPTION_AND_LEAVE -> {
				forgeSubscription(member.id(), subscription(forged));
				forgeLeave(member.id(), new ResponseExtension(null, null, null, forged.key(), null));
			}
			default -> throw new IllegalStateException("Not a step of a member: " + step);
		}
	}

	private static ResponseExtension subscription(LeaveSeal seal) {
		return new ResponseExtension(null, null, FORGED_ADDRESS, seal.seal(), null);
	}

	private void lose(TruthWire wire, Step step) {
		if (wire != null && wire.lose()) {
			at(step.unnoticed(), wire::notice);
			at(step.unnoticed() + step.noticed(), wire::reconnect);
		}
	}

	private TruthWire wire(Step step) {
		TruthMember member = member(step);
		return (step.member() == TruthSituation.EXPORTER || member == null) ? this.exporterWire : member.wire();
	}

	/**
	 * Finds the process that runs the member of a step, the last one that was started.
	 * @param step the step
	 * @return the member; {@code null} if it has not been started
	 */
	private TruthMember member(Step step) {
		TruthMember last = null;
		for (TruthMember member : this.members) {
			if (step.member() >= 0 && member.member() == this.situation.members().get(step.member())) {
				last = member;
			}
		}
		return last;
	}

	private void forgeSubscription(String responderId, ResponseExtension extension) {
		this.contested.add(responderId);
		if (!this.exporter.getSubscribers().contains(responderId)
				&& !this.published.stream().anyMatch((each) -> each.subscribers().contains(responderId))) {
			this.forged.add(responderId);
		}
		this.forger.send(this.environment.channel(),
				new Response(responderId, this.exporter.getPublisherId(), Signal.INITIALIZATION, 1, null), extension,
				null);
	}

	private void forgeLeave(String responderId, ResponseExtension extension) {
		this.forger.send(this.environment.channel(),
				new Response(responderId, SignalTransport.ALL_EXPORTERS, Signal.SHUTDOWN, null, null), extension, null);
	}

	private void publish(Publish publish) {
		int sample = this.published.size();
		SignalSpec spec = this.exporter.signal(publish.event())
			.sampleNo(sample)
			.timeout(duration(publish.timeout()))
			.requires(publish.required().toArray(String[]::new));
		if (publish.rule().rule() != null) {
			spec.until(publish.rule().rule());
		}
		Set<String> subscribers = this.exporter.getSubscribers();
		this.published
			.add(new Published(publish, sample, this.environment.timer().nanoTime(), subscribers, spec.publishAsync()));
	}

	void end() {
		this.forger.stop();
		this.engines.forEach(SignalEngine::close);
	}

	/**
	 * Whether another one subscribed in the name of a responder at some time.
	 * @param member the responder
	 * @return whether it did
	 */
	boolean isContested(TruthMember member) {
		return this.contested.contains(member.id());
	}

	/**
	 * Whether another one subscribed in the name of a responder before it could.
	 * @param member the responder
	 * @return whether it did
	 */
	boolean isForged(TruthMember member) {
		return this.forged.contains(member.id());
	}

	TruthSituation situation() {
		return this.situation;
	}

	TruthEnvironment environment() {
		return this.environment;
	}

	TruthOracle oracle() {
		return this.oracle;
	}

	TruthWire exporterWire() {
		return this.exporterWire;
	}

	List<TruthMember> members() {
		return this.members;
	}

	/**
	 * Returns the publishes, of which the last one came after everything had settled.
	 * @return the publishes
	 */
	List<Published> published() {
		return this.published;
	}

	/**
	 * A publish.
	 *
	 * @param publish the publish of the situation
	 * @param sample its sample number
	 * @param nanos the time at which it was asked for
	 * @param subscribers the subscribers then
	 * @param result its result
	 */
	record Published(Publish publish, int sample, long nanos, Set<String> subscribers,
			CompletableFuture<SignalResult> result) {

		boolean hasResult() {
			return this.result.isDone() && !this.result.isCompletedExceptionally();
		}

	}

}
