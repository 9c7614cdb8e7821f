package io.github.statesignals.sample;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.example.Pages.Fence;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The configuration in the documentation binds to the properties of Spring Boot and of
 * the starter, without an unknown key.
 */
class DocumentedProperties {

	// The part of a file that Boot's support for Docker Compose reads.
	private static final String COMPOSE_LABEL = "org.springframework.boot.service-connection: redis";

	private final Map<String, String> types = new HashMap<>();

	private final Map<String, String> classes = new HashMap<>();

	DocumentedProperties() {
		try {
			for (var url : getClass().getClassLoader()
				.resources("META-INF/spring-configuration-metadata.json")
				.toList()) {
				try (InputStream input = url.openStream()) {
					JsonNode metadata = JsonMapper.shared().readTree(input);
					metadata.path("properties")
						.forEach((property) -> this.types.put(property.path("name").asString(),
								property.path("type").asString("java.lang.String")));
					// The class of the prefix, and not one that is nested in it.
					Stream.of(metadata.path("groups"))
						.flatMap((groups) -> groups.valueStream())
						.filter((group) -> group.path("type").equals(group.path("sourceType")))
						.forEach((group) -> this.classes.put(group.path("name").asString(),
								group.path("type").asString()));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	boolean exists(String name) {
		return this.types.containsKey(name)
				|| this.types.keySet().stream().anyMatch((key) -> key.startsWith(name + "."))
				|| name.startsWith("state-signals.channels.");
	}

	void assertBound(Fence fence) throws Exception {
		if (fence.code().startsWith("services:")) {
			assertThat(fence.code()).contains("image: valkey/valkey:8.0", COMPOSE_LABEL);
			return;
		}
		List<PropertySource<?>> sources = new YamlPropertySourceLoader().load(fence.toString(),
				new ByteArrayResource(fence.code().getBytes(StandardCharsets.UTF_8)));
		Binder binder = new Binder(ConfigurationPropertySources.from(sources), null,
				ApplicationConversionService.getSharedInstance());
		for (PropertySource<?> source : sources) {
			for (String key : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
				bind(fence, binder, key);
			}
		}
	}

	private void bind(Fence fence, Binder binder, String key) throws Exception {
		String name = key.replaceAll("\\[\\d+]$", "");
		String prefix = name;
		while (!this.classes.containsKey(prefix) && prefix.contains(".")) {
			prefix = prefix.substring(0, prefix.lastIndexOf('.'));
		}
		if (prefix.startsWith("state-signals") || !this.types.containsKey(name)) {
			assertThat(this.classes).as("%s has the property %s, which does not exist", fence, key).containsKey(prefix);
			binder.bind(prefix, Bindable.of(ClassUtils.forName(this.classes.get(prefix), null)),
					new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
		}
		else if (!this.types.get(name).contains("<")) {
			binder.bind(name, Bindable.of(ClassUtils.forName(this.types.get(name), null)));
		}
	}

}
