package io.github.statesignals.autoconfigure;

import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Warns about unknown properties under {@code state-signals}, with the most similar known
 * one. It does not fail the start, because an application may have its own properties
 * there, unless a channel or key would have another name than the one that was written.
 * Environment variables of such names also have other origins, such as
 * {@code STATE_SIGNALS_PORT} of a Kubernetes service: only likely typing errors are
 * reported.
 */
final class UnknownProperties {

	private static final Logger logger = LoggerFactory.getLogger(StateSignalsProperties.class);

	private static final String PREFIX = "state-signals";

	private static final String LETTERS = "statesignals";

	private static final String SPRING = "spring.";

	private static final String ANY_KEY = "*";

	private static final Pattern KEY = Pattern
		.compile("^(statesignals\\.(?:channels|signing\\.keys))(?:\\.[^.\\[]+|\\[[^]]+])");

	private static final Pattern DOTTED_KEY = Pattern
		.compile("^(state-signals\\.(?:channels|signing\\.keys))\\.([^\\[\\]]+\\.[^\\[\\]]+)(\\.[^.\\]]+)$");

	// Boot leaves out the other characters of a name without brackets.
	private static final Pattern SHORTENED_NAME = Pattern
		.compile("[^.\\[]+\\.(?:channels|signing\\.keys)\\.[\\w-]*[^\\w.\\[-].*");

	// The first one: a key of a map may be a number, too.
	private static final Pattern ELEMENT_OF_LIST = Pattern
		.compile("([^.\\[]+\\.(?:channels|signing\\.keys))\\[0]\\..*");

	// By the name in the uniform form of relaxed binding. Keys of maps are ANY_KEY.
	private final TreeMap<String, String> known = new TreeMap<>();

	// Those of the known ones that have elements.
	private final Set<String> lists = new HashSet<>();

	// The keys of maps, in lower case.
	private final Set<String> keys;

	private final Set<String> prefixes = new HashSet<>();

	private UnknownProperties(StateSignalsProperties properties) {
		collect(PREFIX, StateSignalsProperties.class);
		this.keys = Stream
			.concat(properties.getChannels().keySet().stream(), properties.getSigning().getKeys().keySet().stream())
			.map((key) -> key.toLowerCase(Locale.ROOT))
			.collect(Collectors.toSet());
	}

	static void check(ConfigurableEnvironment environment, StateSignalsProperties bound) {
		// Costs a start nothing where no such property is set.
		UnknownProperties properties = null;
		for (PropertySource<?> source : environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> enumerable) {
				for (String name : enumerable.getPropertyNames()) {
					if (hasPrefix(name)) {
						properties = (properties != null) ? properties : new UnknownProperties(bound);
						properties.check(name, source);
					}
				}
			}
		}
	}

	// In any form of relaxed binding, or similar to it.
	private static boolean hasPrefix(String name) {
		String letters = name.startsWith(SPRING) ? letters(name.substring(SPRING.length())) : letters(name);
		return letters.startsWith("stat")
				&& isSimilar(letters.substring(0, Math.min(letters.length(), LETTERS.length())));
	}

	private static boolean isSimilar(String letters) {
		return distance(letters, LETTERS) <= 2;
	}

	private void check(String name, PropertySource<?> source) {
		if (source instanceof SystemEnvironmentPropertySource) {
			checkVariable(name);
		}
		else {
			checkProperty(name, source);
		}
	}

	private void collect(String prefix, Class<?> type) {
		for (Field field : type.getDeclaredFields()) {
			collect(prefix + "." + DataObjectPropertyName.toDashedForm(field.getName()), field.getGenericType());
		}
	}

	private void collect(String name, Type type) {
		if (type instanceof Class<?> nested && nested.isMemberClass() && !nested.isEnum()) {
			collect(name, nested);
		}
		else if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
			collect(name + "." + ANY_KEY, map.getActualTypeArguments()[1]);
		}
		else {
			String uniform = uniform(ConfigurationPropertyName.of(name.replace(ANY_KEY, "key")));
			this.known.put(uniform, name);
			if (type instanceof ParameterizedType) {
				this.lists.add(uniform);
			}
		}
	}

	private void checkProperty(String text, PropertySource<?> source) {
		ConfigurationPropertyName name = ConfigurationPropertyName.adapt(text, '.');
		String uniform = uniform(name);
		if (!uniform.startsWith(LETTERS + ".")) {
			checkPrefix(text, source);
		}
		else if (isKnown(uniform, isElement(name))) {
			check(!SHORTENED_NAME.matcher(text).matches(), text, source, "would set '%s'".formatted(name),
					"Correct the name: it consists of letters, digits, '_' and '-', and '.' in brackets.");
		}
		else {
			Matcher element = ELEMENT_OF_LIST.matcher(text);
			check(!element.matches(), text, source, "does not exist in a list, whose elements have no names",
					"Write a map: '%s.<name>'.".formatted(element.replaceFirst("$1")));
			String bracketed = bracketed(text);
			String parent = this.known.get(uniform.substring(0, uniform.lastIndexOf('.')));
			String nearest = (bracketed != null) ? bracketed : (parent != null) ? parent.replace(ANY_KEY, "<name>")
					: nearest(uniform, Math.max(2, uniform.length() / 8));
			logger.warn("The property '{}' ({}) does not exist and has no effect.{}", text, origin(text, source),
					(nearest != null) ? " Did you mean '" + nearest + "'?" : "");
		}
	}

	private static void check(boolean valid, String name, PropertySource<?> source, String problem, String remedy) {
		if (!valid) {
			throw new FailureAnalyzedException(
					"The property '%s' (%s) %s.".formatted(name, origin(name, source), problem), remedy);
		}
	}

	// An application may have a similar prefix itself, with other names.
	private void checkPrefix(String text, PropertySource<?> source) {
		String own = text.startsWith(SPRING) ? text.substring(SPRING.length()) : text;
		String prefix = own.substring(0, Math.max(0, own.indexOf('.')));
		ConfigurationPropertyName right = ConfigurationPropertyName.adapt(PREFIX + own.substring(prefix.length()), '.');
		if (isSimilar(letters(prefix)) && prefix.indexOf('-') == prefix.lastIndexOf('-')
				&& isKnown(uniform(right), isElement(right)) && this.prefixes.add(prefix)) {
			logger.warn("The property '{}' ({}) has no effect, because its prefix is not '{}'", text,
					origin(text, source), PREFIX);
		}
	}

	// A group of known ones is a property itself if it is empty in YAML. Boot ignores
	// elements of a property that is no list, as if it was not set.
	private boolean isKnown(String uniform, boolean element) {
		if (element) {
			return this.lists.contains(uniform);
		}
		String next = this.known.ceilingKey(uniform);
		return next != null && (next.equals(uniform) || next.startsWith(uniform + "."));
	}

	static boolean isElement(ConfigurationPropertyName name) {
		return name.isLastElementIndexed() && name.getLastElement(Form.UNIFORM).matches("\\d+");
	}

	private void checkVariable(String text) {
		String lowerCase = text.toLowerCase(Locale.ROOT);
		String variable = lowerCase.replaceAll("(_\\d+)+_?$", "");
		String index = lowerCase.substring(variable.length());
		String letters = variable.replace("_", "");
		String nearest = null;
		for (Map.Entry<String, String> property : this.known.entrySet()) {
			String uniform = property.getKey();
			if (isVariable(variable, uniform, property.getValue(), index.endsWith("_"))
					&& (index.isEmpty() || this.lists.contains(uniform))) {
				return;
			}
			int key = uniform.indexOf(ANY_KEY);
			boolean similar = (key < 0) ? distance(letters, uniform.replace(".", "")) <= 2
					: letters.startsWith(uniform.substring(0, key).replace(".", ""))
							&& distance(variable.substring(variable.lastIndexOf('_') + 1), last(uniform)) <= 2;
			if (nearest == null && similar) {
				nearest = property.getValue().replace(ANY_KEY, "<name>");
			}
		}
		if (nearest != null) {
			logger.warn("The environment variable '{}' has no effect. Did you mean '{}', for the property '{}'?", text,
					nearest.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT), nearest);
		}
	}

	// Dashes are left out, or all of them are underscores. Of keys with underscores, and
	// in the second form of all keys, Spring finds those that other properties have. An
	// index ends with an underscore in the first form alone.
	private boolean isVariable(String variable, String uniform, String property, boolean closedIndex) {
		String key = key(variable, uniform);
		if (key != null && (key.indexOf('_') < 0 || this.keys.contains(key))) {
			return true;
		}
		String underscored = closedIndex ? null : key(variable, property.replace('-', '_'));
		return underscored != null && (underscored.isEmpty()
				|| this.keys.stream().anyMatch((known) -> known.replace('-', '_').equals(underscored)));
	}

	// Empty if the property has none.
	private static @Nullable String key(String variable, String property) {
		String[] parts = property.replace('.', '_').split(Pattern.quote(ANY_KEY));
		Matcher matcher = Pattern.compile(String.join("(.+)", parts)).matcher(variable);
		return !matcher.matches() ? null : (parts.length > 1) ? matcher.group(1) : "";
	}

	private static String origin(String name, PropertySource<?> source) {
		Origin origin = OriginLookup.getOrigin(source, name);
		return (origin != null) ? origin.toString() : source.getName();
	}

	// Lower case without dashes and indexes, and any name of a channel or key.
	private static String uniform(ConfigurationPropertyName name) {
		String text = name.toString().replace("-", "").replaceFirst("\\[\\d+]$", "");
		return KEY.matcher(text).replaceFirst("$1." + ANY_KEY);
	}

	// The same property, with the dots of its key in brackets.
	private @Nullable String bracketed(String name) {
		String bracketed = DOTTED_KEY.matcher(name).replaceFirst("$1[$2]$3");
		return (!bracketed.equals(name)
				&& this.known.containsKey(uniform(ConfigurationPropertyName.adapt(bracketed, '.')))) ? bracketed : null;
	}

	// The most similar one, as a whole or in its last element.
	private @Nullable String nearest(String uniform, int limit) {
		String nearest = null;
		int least = limit + 1;
		for (Map.Entry<String, String> property : this.known.entrySet()) {
			int distance = Math.min(distance(uniform, property.getKey()),
					distance(last(uniform), last(property.getKey())) + 1);
			if (distance < least) {
				least = distance;
				nearest = property.getValue().replace(ANY_KEY, "<name>");
			}
		}
		return nearest;
	}

	private static String last(String uniform) {
		return uniform.substring(uniform.lastIndexOf('.') + 1);
	}

	// And digits, in lower case: the part that all forms of relaxed binding share.
	static String letters(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
	}

	// Levenshtein distance.
	static int distance(String first, String second) {
		int[] row = new int[second.length() + 1];
		for (int j = 0; j < row.length; j++) {
			row[j] = j;
		}
		for (int i = 1; i <= first.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j < row.length; j++) {
				int replaced = diagonal + ((first.charAt(i - 1) == second.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(replaced, Math.min(row[j - 1], row[j]) + 1);
			}
		}
		return row[second.length()];
	}

}
