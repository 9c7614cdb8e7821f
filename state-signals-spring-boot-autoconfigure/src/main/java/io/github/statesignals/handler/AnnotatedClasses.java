package io.github.statesignals.handler;

import java.lang.reflect.Method;

import io.github.statesignals.OnSignal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;

/**
 * Detects classes with an {@link OnSignal} annotation, and inspects each class once: most
 * beans are of Spring's types, and share them.
 */
final class AnnotatedClasses extends ClassValue<Boolean> {

	private static final Logger logger = LoggerFactory.getLogger(AnnotatedClasses.class);

	@Override
	protected Boolean computeValue(Class<?> type) {
		if (isOfSpring(type) || !AnnotationUtils.isCandidateClass(type, OnSignal.class)) {
			return false;
		}
		if (MergedAnnotations.from(type).isPresent(OnSignal.class) || isDeclaredBy(type)) {
			return true;
		}
		for (Class<?> parent : type.getInterfaces()) {
			if (get(parent)) {
				return true;
			}
		}
		Class<?> superclass = type.getSuperclass();
		return superclass != null && get(superclass);
	}

	// Only samples of Spring are applications in its packages.
	private static boolean isOfSpring(Class<?> type) {
		return type.getName().startsWith("org.springframework.")
				&& !type.getName().startsWith("org.springframework.samples.");
	}

	private static boolean isDeclaredBy(Class<?> type) {
		try {
			for (Method method : ReflectionUtils.getDeclaredMethods(type)) {
				if (MergedAnnotations.from(method).isPresent(OnSignal.class)) {
					return true;
				}
			}
		}
		catch (IllegalStateException ex) {
			// A class of an optional dependency is missing: no bean can have the method.
			logger.debug("Could not inspect {}", type, ex);
		}
		return false;
	}

}
