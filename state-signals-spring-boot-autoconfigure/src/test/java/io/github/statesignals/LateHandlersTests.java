package io.github.statesignals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.statesignals.autoconfigure.StateSignalsAutoConfiguration;
import io.github.statesignals.core.engine.SignalEngine;
import io.github.statesignals.handler.bean.InvalidSignalHandlerException;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link OnSignal} methods of beans that the start does not find: they are registered
 * later, or the type of their definition does not have the methods.
 */
@ExtendWith(OutputCaptureExtension.class)
class LateHandlersTests extends AbstractHandlerTests {

	private static final List<Object> HANDLED = new CopyOnWriteArrayList<>();

	@BeforeEach
	void clear() {
		HANDLED.clear();
	}

	@Test
	void beanThatIsRegisteredAfterTheStartHandlesSignals() {
		this.runner.run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			application.registerBean("late", Handling.class);
			Object late = application.getBean("late");
			assertThat(this.publisher.ask("go").ras()).isEqualTo(1);
			assertThat(HANDLED).containsExactly(late);
		});
	}

	@Test
	void beanWhoseDefinitionHasAnotherTypeHandlesSignalsOnceItIsCreated() {
		this.runner.withUserConfiguration(Interfaces.class).run((context) -> {
			Object lazy = context.getBean("lazy");
			assertThat(this.publisher.ask("go").ras()).isEqualTo(1);
			assertThat(HANDLED).containsExactly(lazy);
			Object product = context.getBean("product");
			assertThat(this.publisher.ask("go").ras()).isEqualTo(1);
			assertThat(HANDLED).containsExactly(lazy, lazy, product);
		});
	}

	@Test
	void handlersOfAChildContextWithoutSignalsAreReported(CapturedOutput output) {
		this.runner.run((context) -> {
			try (AnnotationConfigApplicationContext child = child(context, "silent")) {
				child.refresh();
				assertThat(output.getOut()).containsOnlyOnce("The @OnSignal methods of [" + Handling.class.getName()
						+ "] handle no signals: their application context 'silent' has a parent with signals, and none itself");
				assertThat(output.getOut()).containsOnlyOnce("The listeners of [" + Moved.class.getName()
						+ "] handle no signals: their application context 'silent'");
			}
			try (AnnotationConfigApplicationContext child = child(context, "disabled")) {
				TestPropertyValues.of("state-signals.enabled=false").applyTo(child);
				child.register(StateSignalsAutoConfiguration.class);
				child.refresh();
			}
			try (AnnotationConfigApplicationContext child = child(context, "handling")) {
				child.register(StateSignalsAutoConfiguration.class);
				child.refresh();
			}
			assertThat(output.getOut().split("handle no signals", -1)).hasSize(3);
		});
	}

	private static AnnotationConfigApplicationContext child(ApplicationContext parent, String id) {
		AnnotationConfigApplicationContext child = new AnnotationConfigApplicationContext();
		child.setId(id);
		child.setParent(parent);
		child.registerBean(Handling.class);
		child.registerBean(Listening.class);
		return child;
	}

	@Test
	void beanThatIsReplacedHandlesSignalsInsteadOfTheFirst() {
		this.runner.withBean("replaced", Handling.class).run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			application.registerBean("late", Handling.class);
			for (String name : List.of("replaced", "late")) {
				application.getBean(name);
				application.removeBeanDefinition(name);
				application.registerBean(name, OtherHandling.class);
				application.getBean(name);
			}
			this.publisher.ask("go");
			assertThat(HANDLED).isEmpty();
			assertThat(this.publisher.ask("other").ras()).isEqualTo(1);
			assertThat(HANDLED).containsExactly(application.getBean("replaced"), application.getBean("late"));
		});
	}

	@Test
	void beanThatIsReplacedByOneOfItsTypeIsNotCalledAgain() {
		this.runner.withAllowBeanDefinitionOverriding(true).withBean("replaced", Handling.class).run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			assertThat(this.publisher.ask("go").ras()).isEqualTo(1);
			Object first = application.getBean("replaced");
			application.registerBean("replaced", Handling.class);
			Object second = application.getBean("replaced");
			assertThat(this.publisher.ask("go").ras()).isEqualTo(1);
			assertThat(HANDLED).containsExactly(first, second);
		});
	}

	@Test
	void prototypesAreRegisteredOnce() {
		this.runner.withUserConfiguration(Interfaces.class).run((context) -> {
			context.getBean("prototype");
			context.getBean("prototype");
			assertThat(this.publisher.ask("go").ras()).isEqualTo(1);
			assertThat(HANDLED).hasSize(1);
		});
	}

	@Test
	void invalidMethodOfALateBeanFailsItsCreation() {
		this.runner.run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			application.registerBean("late", Invalid.class);
			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> application.getBean("late"))
					.withCauseInstanceOf(InvalidSignalHandlerException.class)
					.withMessageContaining("returns java.lang.String");
			}
		});
	}

	@Test
	void beanOfWhichOneEventIsRefusedHandlesNoneUntilItIsCreatedAgain() {
		this.runner.withUserConfiguration(Refusing.class).run((context) -> {
			GenericApplicationContext application = (GenericApplicationContext) context.getSourceApplicationContext();
			application.registerBean("late", HandlingSeveral.class);
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(() -> application.getBean("late"))
				.withMessageContaining("refused");
			assertThat(context.getBean(SignalEngine.class).hasHandlers()).isFalse();
			application.getBean("late");
			for (String event : List.of("go", "other")) {
				assertThat(this.publisher.ask(event).ras()).isEqualTo(1);
			}
			assertThat(HANDLED).hasSize(2);
		});
	}

	@Test
	void objectThatIsNoBeanIsReportedOnce(CapturedOutput output) {
		this.runner.run((context) -> {
			context.getAutowireCapableBeanFactory().createBean(Handling.class);
			context.getAutowireCapableBeanFactory().createBean(Handling.class);
		});
		assertThat(output).containsOnlyOnce(Handling.class.getName() + " handles no signals");
	}

	interface Service {

	}

	static class Handling implements Service {

		@OnSignal(event = "go")
		void go() {
			HANDLED.add(this);
		}

	}

	@SignalEvent(bridge = true)
	record Moved(String what) {
	}

	static class Listening {

		@EventListener
		void on(Moved moved) {
			HANDLED.add(this);
		}

		@EventListener
		void on(ContextRefreshedEvent event) {
			// Is no signal.
		}

	}

	static class OtherHandling {

		@OnSignal(event = "other")
		void other() {
			HANDLED.add(this);
		}

	}

	static class HandlingSeveral {

		@OnSignal(event = { "go", "other" })
		void handle() {
			HANDLED.add(this);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Refusing {

		// Refuses the first handler of an event.
		@Bean
		SignalResponder responder(SignalResponderFactory responders) {
			AtomicBoolean refused = new AtomicBoolean();
			ProxyFactory proxy = new ProxyFactory(responders.get("refusing"));
			proxy.addAdvice((MethodInterceptor) (call) -> {
				if ("other".equals(call.getArguments().length > 0 ? call.getArguments()[0] : null)
						&& refused.compareAndSet(false, true)) {
					throw new IllegalStateException("refused");
				}
				return call.proceed();
			});
			return (SignalResponder) proxy.getProxy();
		}

	}

	static class Invalid {

		@OnSignal(event = "go")
		String go() {
			return "";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Interfaces {

		@Bean
		@Lazy
		Service lazy() {
			return new Handling();
		}

		@Bean
		@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
		Service prototype() {
			return new Handling();
		}

		@Bean
		@Lazy
		FactoryBean<Service> product() {
			return new FactoryBean<>() {

				@Override
				public Service getObject() {
					return new Handling();
				}

				@Override
				public Class<?> getObjectType() {
					return Service.class;
				}

			};
		}

	}

}
