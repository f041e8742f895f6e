using Bloomery.Formats.Hub;

namespace Bloomery.Tests.Formats.Hub;

public sealed class LocalStoreTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"bloomery-store-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Models_are_found_by_full_short_and_file_names()
    {
        Put("own/org/one/one-Q4_0.gguf");
        Put("own/org/two/two-Q4_0.gguf");
        Put("own/org/two/two-Q8_0.gguf");
        Put("own/single.gguf");
        var store = new LocalStore(Path.Combine(_folder, "own"), null);
        Assert.Equal(["org/one", "org/two:two-Q4_0.gguf", "org/two:two-Q8_0.gguf", "single.gguf"], store.List().Select(model => model.Name));
        foreach (string name in (string[])["org/one", "one", "ORG/ONE", "hf:org/one", "hf:org/one@main"])
            Assert.EndsWith("one-Q4_0.gguf", Find(store, name), StringComparison.Ordinal);
        Assert.EndsWith("two-Q8_0.gguf", Find(store, "org/two:two-Q8_0.gguf"), StringComparison.Ordinal);
        Assert.EndsWith("single.gguf", Find(store, "single"), StringComparison.Ordinal);
        Assert.False(store.TryFind("org/two", out _)); // two files: a choice has to be made
        Assert.False(store.TryFind("nothing", out _));
    }

    [Fact]
    public void A_hugging_face_cache_is_read_and_left_alone()
    {
        string snapshot = "hub/models--org--cached/snapshots/abc";
        Put($"{snapshot}/model.safetensors");
        Put("hub/models--org--cached/refs/main", "abc\n");
        var store = new LocalStore(Path.Combine(_folder, "own"), Path.Combine(_folder, "hub"));
        StoredModel model = Assert.Single(store.List());
        Assert.Equal(("org/cached", false), (model.Name, model.Removable));
        Assert.Equal(Path.Combine(_folder, snapshot.Replace('/', Path.DirectorySeparatorChar)), model.Path);
        Assert.Throws<InvalidOperationException>(() => store.Remove("org/cached"));
        Assert.True(File.Exists(Path.Combine(_folder, snapshot, "model.safetensors")));
    }

    [Theory]
    [InlineData("org/cached", "c0ffee0123"), InlineData("org/cached@main", "c0ffee0123"), InlineData("hf:org/cached@v1.0", "beef000111")]
    [InlineData("ORG/cached@refs/pr/1", null), InlineData("org/cached@pr/1", "abcd000222")]
    [InlineData("org/cached@beef000111", "beef000111"), InlineData("org/cached@BEEF0001", "beef000111"), InlineData("org/cached@c0ffee0123", "c0ffee0123")]
    [InlineData("org/cached@dead000333", "dead000333"), InlineData("hf:org/cached@dead000", "dead000333")]
    [InlineData("org/cached@dead", null), InlineData("org/cached@v2", null), InlineData("org/cached@evil", null), InlineData("org/cached@../../x", null)]
    [InlineData("org/cached@v1.0:q.gguf", "beef000111"), InlineData("gpt2", "abc")]
    public void Revisions_of_a_hugging_face_cache_are_found(string name, string? commit)
    {
        foreach (string snapshot in (string[])["c0ffee0123", "beef000111", "abcd000222", "dead000333"])
            Put($"hub/models--org--cached/snapshots/{snapshot}/q.gguf");
        Put("hub/models--org--cached/refs/main", "c0ffee0123");
        Put("hub/models--org--cached/refs/v1.0", "beef000111\n");
        Put("hub/models--org--cached/refs/pr/1", "abcd000222");
        Put("hub/models--org--cached/refs/evil", "../../..");
        Put("hub/models--gpt2/snapshots/abc/model.safetensors");
        var store = new LocalStore(Path.Combine(_folder, "own"), Path.Combine(_folder, "hub"));
        Assert.Equal(["gpt2", "org/cached", "org/cached@dead000333", "org/cached@pr/1", "org/cached@v1.0"], store.List().Select(model => model.Name));
        Assert.Equal(commit is not null, store.TryFind(name, out StoredModel? model));
        if (commit is not null) Assert.Contains(Path.Combine("snapshots", commit), model!.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_files_one_has_to_be_named_and_projectors_are_none()
    {
        Put("own/org/two/two-Q4_0.gguf");
        Put("own/org/two/two-Q8_0.gguf");
        Put("own/org/one/one.gguf");
        Put("own/org/one/mmproj-one.gguf");
        Put("own/hand/hand-00001-of-00002.gguf");
        Put("own/hand/hand-00002-of-00002.gguf");
        var store = new LocalStore(Path.Combine(_folder, "own"), null);
        Assert.Equal(["hand", "org/one", "org/two:two-Q4_0.gguf", "org/two:two-Q8_0.gguf"], store.List().Select(model => model.Name));
        Assert.EndsWith("one.gguf", ModelLocation.Resolve("org/one", store), StringComparison.Ordinal);
        Assert.EndsWith("hand-00001-of-00002.gguf", ModelLocation.Resolve("hand", store), StringComparison.Ordinal);
        foreach (string name in (string[])["org/two", "two", "hf:org/two"])
        {
            string message = Assert.Throws<FileNotFoundException>(() => ModelLocation.Resolve(name, store)).Message;
            Assert.Equal($"'{name}' is several models; name one of them: org/two:two-Q4_0.gguf, org/two:two-Q8_0.gguf", message);
            Assert.Equal(message, Assert.Throws<FileNotFoundException>(() => store.Remove(name)).Message);
        }
        store.Remove("hand");
        Assert.False(Directory.Exists(Path.Combine(_folder, "own", "hand")));
    }

    [Fact]
    public void Removing_a_model_leaves_its_neighbours()
    {
        Put("own/org/one/one.gguf");
        Put("own/org/two/model.safetensors");
        Put("own/org/two/config.json");
        var store = new LocalStore(Path.Combine(_folder, "own"), null);
        store.Remove("org/two");
        Assert.Equal(["org/one"], store.List().Select(model => model.Name));
        store.Remove("org/one");
        Assert.Empty(store.List());
        Assert.Empty(Directory.GetFileSystemEntries(store.Folder));
        Assert.Throws<FileNotFoundException>(() => store.Remove("org/one"));
    }

    [Fact]
    public void Files_in_folders_of_a_repository_and_beside_safetensors_are_models_of_their_own()
    {
        Put("own/org/both/model.safetensors");
        Put("own/org/both/config.json");
        Put("own/org/both/sub/q4.gguf");
        var store = new LocalStore(Path.Combine(_folder, "own"), null);
        Assert.Equal(["org/both", "org/both:sub/q4.gguf"], store.List().Select(model => model.Name));
        store.Remove("org/both");
        Assert.Equal(["org/both"], store.List().Select(model => model.Name));
        Assert.EndsWith("q4.gguf", Find(store, "org/both:sub/q4.gguf"), StringComparison.Ordinal);
        store.Remove("org/both:sub/q4.gguf");
        Assert.Empty(Directory.GetFileSystemEntries(store.Folder));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Links_that_lead_out_of_the_store_are_not_removed(bool directory)
    {
        Skip.If(OperatingSystem.IsWindows(), "links need rights there");
        Put("elsewhere/model.safetensors");
        Put("elsewhere/m.gguf");
        Directory.CreateDirectory(Path.Combine(_folder, "own", "org", "file"));
        string link = directory ? Path.Combine(_folder, "own", "org", "link") : Path.Combine(_folder, "own", "org", "file", "m.gguf");
        if (directory) Directory.CreateSymbolicLink(link, Path.Combine(_folder, "elsewhere"));
        else File.CreateSymbolicLink(link, Path.Combine(_folder, "elsewhere", "m.gguf"));
        var store = new LocalStore(Path.Combine(_folder, "own"), null);
        string message = Assert.Throws<InvalidOperationException>(() => store.Remove(directory ? "org/link" : "org/file")).Message;
        Assert.StartsWith($"{link} is a link to {Path.Combine(_folder, "elsewhere")}", message, StringComparison.Ordinal);
        Assert.True(directory ? Directory.Exists(link) : File.Exists(link));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(_folder, "elsewhere")).Length);
    }

    [Theory]
    [InlineData("hf:org/name", "org/name", "main", null)]
    [InlineData("hf:org/name@v1.0", "org/name", "v1.0", null)]
    [InlineData("hf:org/name@refs/pr/1:sub/file.gguf", "org/name", "refs/pr/1", "sub/file.gguf")]
    [InlineData("org/name:file.gguf", "org/name", "main", "file.gguf")]
    public void Hub_names_have_four_parts(string text, string repository, string revision, string? file)
    {
        HubName name = HubName.Parse(text);
        Assert.Equal((repository, revision, file), (name.Repository, name.Revision, name.File));
    }

    [Theory]
    [InlineData("hf:name")]
    [InlineData("hf:a/b/c")]
    [InlineData("hf:../b")]
    [InlineData("hf:a/..")]
    [InlineData("hf:a/b:../c")]
    [InlineData("hf:a/b@../c")]
    [InlineData("hf:a/b:/etc/passwd")]
    [InlineData("hf:a b/c")]
    [InlineData("hf:")]
    [InlineData("")]
    public void What_is_no_hub_name_is_refused(string text) => Assert.Throws<FormatException>(() => HubName.Parse(text));

    [Fact]
    public void A_model_that_is_nowhere_says_what_to_do()
    {
        var store = new LocalStore(_folder, null);
        Assert.Contains("bloomery pull hf:ORG/NAME", Assert.Throws<FileNotFoundException>(() => ModelLocation.Resolve("such", store)).Message,
            StringComparison.Ordinal);
        Assert.Contains("'bloomery pull hf:no/such' fetches it", Assert.Throws<FileNotFoundException>(() => ModelLocation.Resolve("no/such", store)).Message,
            StringComparison.Ordinal);
        foreach (string path in (string[])["./no-such", "no-such.gguf", "a/b/no-such", "../no-such.safetensors"])
            Assert.Equal($"no model '{path}': there is no file or directory {Path.GetFullPath(path)}",
                Assert.Throws<FileNotFoundException>(() => ModelLocation.Resolve(path, store)).Message);
        Assert.Contains("'bloomery pull hf:a/b' fetches it", Assert.Throws<FileNotFoundException>(() => ModelLocation.Resolve("hf:a/b", store)).Message,
            StringComparison.Ordinal);
    }

    private static string Find(LocalStore store, string name)
    {
        Assert.True(store.TryFind(name, out StoredModel? model), $"{name} was not found among {string.Join(", ", store.List().Select(m => m.Name))}");
        return model.Path;
    }

    private void Put(string path, string content = "x")
    {
        string full = Path.Combine(_folder, path.Replace('/', Path.DirectorySeparatorChar));
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
