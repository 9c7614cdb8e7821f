package io.github.statesignals.core;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.github.statesignals.Acknowledgement;
import io.github.statesignals.Signal;
import io.github.statesignals.SignalEvent;
import io.github.statesignals.SignalExporter;
import io.github.statesignals.SignalResponder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Carries objects of types that say {@link SignalEvent#bridge()} between Spring's
 * application events and signals, both ways. What comes from remote is published in a
 * wrapper of its own, by which it is known and never sent back; what this application
 * sent itself is not published a second time.
 *
 * @since 0.1.0
 */
public final class ApplicationEventBridge implements ApplicationListener<ApplicationEvent> {

	private static final Logger logger = LoggerFactory.getLogger(ApplicationEventBridge.class);

	private static final ClassValue<Boolean> BRIDGED = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			SignalEvent annotation = AnnotatedElementUtils.findMergedAnnotation(type, SignalEvent.class);
			return annotation != null && annotation.bridge();
		}

	};

	private final ObjectProvider<SignalEngine> engine;

	private final ObjectProvider<SignalExporter> exporter;

	private final ObjectProvider<SignalResponder> responder;

	private final ApplicationEventPublisher publisher;

	private final Set<Class<?>> observed = new HashSet<>();

	/**
	 * Create a bridge.
	 * @param engine the engine
	 * @param exporter emits what is published here
	 * @param responder answers what comes from remote
	 * @param publisher publishes what comes from remote
	 */
	public ApplicationEventBridge(ObjectProvider<SignalEngine> engine, ObjectProvider<SignalExporter> exporter,
			ObjectProvider<SignalResponder> responder, ApplicationEventPublisher publisher) {
		this.engine = engine;
		this.exporter = exporter;
		this.responder = responder;
		this.publisher = publisher;
	}

	@Override
	public void onApplicationEvent(ApplicationEvent event) {
		if (event instanceof PayloadApplicationEvent<?> payloadEvent) {
			if (!(event instanceof RemoteEvent) && BRIDGED.get(payloadEvent.getPayload().getClass())) {
				emitAfterCommit(payloadEvent.getPayload());
			}
		}
		else if (BRIDGED.get(event.getClass())) {
			throw new IllegalStateException(notBridgeable(event.getClass()));
		}
	}

	private void emitAfterCommit(Object payload) {
		if (!TransactionSynchronizationManager.isActualTransactionActive()
				|| !TransactionSynchronizationManager.isSynchronizationActive()) {
			emit(payload);
			return;
		}
		TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

			@Override
			public void afterCommit() {
				emit(payload);
			}

		});
	}

	private void emit(Object payload) {
		this.exporter.getObject().emitAsync(payload).whenComplete((result, ex) -> {
			if (ex != null) {
				logger.warn("{} did not reach its remote observers: {}", payload.getClass().getName(), ex.toString());
			}
		});
	}

	/**
	 * Look at a bean's class for listeners to types that are bridged.
	 * @param beanClass the class
	 */
	void inspect(Class<?> beanClass) {
		if (ApplicationListener.class.isAssignableFrom(beanClass)) {
			ResolvableType eventType = ResolvableType.forClass(beanClass).as(ApplicationListener.class).getGeneric();
			Class<?> observedType = (eventType.resolve() == PayloadApplicationEvent.class)
					? eventType.getGeneric().resolve() : eventType.resolve();
			observe(observedType);
		}
		if (AnnotationUtils.isCandidateClass(beanClass, EventListener.class)) {
			Map<Method, EventListener> listeners = MethodIntrospector.selectMethods(beanClass,
					(MethodIntrospector.MetadataLookup<EventListener>) (method) -> AnnotatedElementUtils
						.findMergedAnnotation(method, EventListener.class));
			listeners.forEach((method, annotation) -> {
				for (Class<?> type : annotation.classes()) {
					observe(type);
				}
				if (annotation.classes().length == 0 && method.getParameterCount() == 1) {
					ResolvableType type = ResolvableType.forMethodParameter(method, 0, beanClass);
					observe((type.resolve() == PayloadApplicationEvent.class) ? type.getGeneric().resolve()
							: type.resolve());
				}
			});
		}
	}

	private void observe(@Nullable Class<?> type) {
		if (type == null || !BRIDGED.get(type) || !this.observed.add(type)) {
			return;
		}
		if (ApplicationEvent.class.isAssignableFrom(type) || type.isEnum()) {
			throw new InvalidSignalHandlerException(notBridgeable(type),
					"Make it a record or class that does not extend ApplicationEvent: Spring publishes any object.");
		}
		String event = SignalEventNames.of(type);
		for (Class<?> other : this.observed) {
			if (other != type && SignalEventNames.of(other).equals(event)) {
				throw new InvalidSignalHandlerException("%s and %s are both bridged as the event '%s'"
					.formatted(type.getName(), other.getName(), event),
						"Give one of them an event of its own: @SignalEvent(\"...\").");
			}
		}
		this.responder.getObject().on(event, (signal) -> publish(signal, type));
		logger.debug("Signals '{}' arrive as application events of {}", event, type);
	}

	private Acknowledgement publish(Signal signal, Class<?> type) {
		SignalEngine engine = this.engine.getObject();
		// This application's listeners have had it.
		if (!engine.isOwn(signal.publisherId())) {
			this.publisher.publishEvent(new RemoteEvent<>(this, convert(engine, signal, type)));
		}
		return Acknowledgement.success();
	}

	private static Object convert(SignalEngine engine, Signal signal, Class<?> type) {
		try {
			Object payload = engine.getMetadataConverter().fromJson(signal.metadata(), type);
			if (payload != null) {
				return payload;
			}
			throw new MetadataConversionException("the metadata is not a valid " + type.getSimpleName());
		}
		catch (JacksonException ex) {
			throw MetadataConversionException.of(ex, null);
		}
	}

	private static String notBridgeable(Class<?> type) {
		return "%s can't be bridged: there is no telling what came from remote from what did not"
			.formatted(type.getName());
	}

	/**
	 * An application event that was a signal. To listeners it is its payload.
	 *
	 * @param <T> the type of the payload
	 */
	@SuppressWarnings("serial")
	private static final class RemoteEvent<T> extends PayloadApplicationEvent<T> {

		RemoteEvent(Object source, T payload) {
			super(source, payload);
		}

	}

}
