package io.github.statesignals.handler.metadata;

import java.io.Closeable;
import java.io.File;
import java.lang.reflect.AnnotatedElement;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;

import org.w3c.dom.Node;

import org.springframework.core.io.InputStreamSource;

/**
 * Knows the types that are dangerous or expensive to create from a string of another
 * application: that loads a class, opens a file or an address, starts a process or
 * compiles a pattern.
 */
final class UnsafeTypes {

	private static final Set<Class<?>> TYPES = Set.of(AnnotatedElement.class, ClassLoader.class, File.class,
			InetAddress.class, InputStreamSource.class, Node.class, Path.class, Pattern.class, Process.class,
			ProcessBuilder.class, ProcessHandle.class, Runtime.class, SocketAddress.class, Thread.class,
			ThreadGroup.class, URL.class);

	private static final ClassValue<Boolean> UNSAFE = new ClassValue<>() {

		@Override
		protected Boolean computeValue(Class<?> type) {
			return isListed(type) || (type.getSuperclass() != null && isUnsafe(type.getSuperclass()))
					|| Arrays.stream(type.getInterfaces()).anyMatch(UnsafeTypes::isUnsafe);
		}

	};

	private UnsafeTypes() {
	}

	static boolean isUnsafe(Class<?> type) {
		return type.isArray() ? isUnsafe(type.getComponentType()) : UNSAFE.get(type);
	}

	static boolean isOfJava(Class<?> type) {
		return type.getName().startsWith("java.") || type.getName().startsWith("javax.");
	}

	// A resource that has to be closed is a stream, a channel, a connection or the like.
	private static boolean isListed(Class<?> type) {
		return TYPES.contains(type) || type.getName().equals("kotlin.text.Regex")
				|| (AutoCloseable.class.isAssignableFrom(type) && type != AutoCloseable.class && type != Closeable.class
						&& (isOfJava(type) || type.getName().startsWith("org.springframework.")));
	}

}
